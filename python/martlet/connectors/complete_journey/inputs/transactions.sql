-- Purpose: what the tills recorded, with the shop's share of each discount.
-- Grain: one row per product in a basket.
-- Time rule: the file holds instants (UTC); sold_on is the day at the tills.

select
    source_row,
    household_id,
    basket_id,
    product_id,
    -- Lines carry no number, and a product stands once in a basket: numbered by
    -- product, a line keeps its number in whatever order a file comes.
    row_number() over (partition by basket_id order by product_id, source_row)
        as line_number,
    quantity,
    transaction_timestamp as sold_at,
    cast(
        timezone(
            getvariable('reporting_timezone'), timezone('UTC', transaction_timestamp)
        ) as date
    ) as sold_on,
    -- What the shop receives. Manufacturers pay their coupons back to it, so the
    -- shopper paid manufacturer_discount less than this.
    cast(sales_value as decimal(18, 4)) as amount,
    -- The loyalty card's discount, and the coupons that the shop matched.
    cast(retail_disc + coupon_match_disc as decimal(18, 4)) as shop_discount,
    cast(coupon_disc as decimal(18, 4)) as manufacturer_discount,
from source_transactions

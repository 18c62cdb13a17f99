-- Purpose: redeemed coupons, with the basket they were redeemed in.
-- Grain: one row per household, coupon, campaign and day.
-- Time rule: the file knows the day. Where one basket alone of the household held a
-- product of the coupon that day, it was redeemed then; else told as the day begins.

with

known_baskets as (
    select
        redemptions.source_row,
        min(lines.basket_id) as basket_id,
        min(lines.sold_at) as sold_at,
    from source_redemptions as redemptions
    inner join source_coupons as coupons using (campaign_id, coupon_upc)
    inner join accepted_transactions as lines
        on redemptions.household_id = lines.household_id
        and redemptions.redemption_date = lines.sold_on
        and coupons.product_id = lines.product_id
    group by redemptions.source_row
    having count(distinct lines.basket_id) = 1
)

select
    redemptions.*,
    basket_id,
    coalesce(
        sold_at,
        timezone('UTC', timezone(
            getvariable('reporting_timezone'), cast(redemption_date as timestamp)
        ))
    ) as redeemed_at,
from source_redemptions as redemptions
left join known_baskets using (source_row)

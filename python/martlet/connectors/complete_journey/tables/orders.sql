-- Purpose: baskets as orders. Everything was sold and paid at a till.
-- Grain: one row per basket with an accepted line.

with

coupons as (
    select
        basket_id,
        string_agg(distinct coupon_upc, ', ' order by coupon_upc) as coupon_code,
    from accepted_redemptions
    where basket_id is not null
    group by basket_id
),

baskets as (
    select
        basket_id,
        min(household_id) as household_id,
        min(sold_at) as sold_at,
    from accepted_transactions
    group by basket_id
)

select
    baskets.basket_id as order_id,
    baskets.household_id as customer_id,
    baskets.sold_at as ordered_at,
    'completed' as status,
    'store' as sales_channel,
    getvariable('reporting_currency') as currency,
    -- Discounts stand on the lines. Tax is not stated: left null.
    0 as discount_amount,
    coupons.coupon_code,
from baskets
left join coupons using (basket_id)

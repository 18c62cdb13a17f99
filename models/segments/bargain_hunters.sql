-- Customers who order again and again, mostly with coupons or at a discount.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Bargain hunters',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'monthly',
    'control_share': 0.1,
}) }}
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

members as (
    select
        as_of_date,
        customer_id,
        cast(cast(round(100 * coupon_order_share) as bigint) as string)
        || ' % of orders with a coupon, '
        || cast(cast(round(100 * discount_share) as bigint) as string)
        || ' % off' as reason
    from features
    where orders >= 2 and (coupon_order_share >= 0.5 or discount_share >= 0.2)
)

select * from members

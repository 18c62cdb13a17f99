-- How many of those that a campaign contacted answered, and what its coupons cost.
-- Grain: one row per campaign with a touch before as_of_date. A coupon's order is the
-- customer's with a coupon code within the session timeout of redeeming it; coupons of
-- several campaigns share its discount evenly. Whether they would have ordered anyway
-- is not told here: see campaign_lift.
with

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and coupon_code is not null
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

customers as (
    select
        touches.campaign_id,
        touches.customer_id,
        count(case when touches.touch_type in {{ campaign_contacts() }} then 1 end)
            as contacts,
        count(case when touches.touch_type in {{ campaign_responses() }} then 1 end)
            as responses,
        count(case when touches.touch_type = 'coupon_redeemed' then 1 end)
            as redemptions
    from touches
    inner join period on touches.touched_at < period.as_of_at
    group by touches.campaign_id, touches.customer_id
),

counted as (
    select
        campaign_id,
        sum(contacts) as contacts,
        count(case when contacts > 0 then 1 end) as contacted_customers,
        count(case when contacts > 0 and responses > 0 then 1 end)
            as responding_customers,
        sum(redemptions) as redemptions,
        count(case when redemptions > 0 then 1 end) as redeeming_customers
    from customers
    group by campaign_id
),

redeemed as (
    select distinct
        touches.campaign_id,
        orders.order_id,
        orders.discounts,
        orders.net_sales
    from touches
    inner join period on touches.touched_at < period.as_of_at
    inner join orders
        on
            touches.customer_id = orders.customer_id
            and touches.touched_at <= {{ seconds_later(
                'orders.ordered_at', var('session_timeout_seconds')
            ) }}
            and touches.touched_at >= {{ seconds_later(
                'orders.ordered_at', '-' ~ var('session_timeout_seconds')
            ) }}
    where touches.touch_type = 'coupon_redeemed'
),

shared as (
    select
        campaign_id,
        {{ allocate('discounts', '1', 'order_id', 'campaign_id') }} as discounts,
        {{ allocate('net_sales', '1', 'order_id', 'campaign_id') }} as net_sales
    from redeemed
),

coupons as (
    select
        campaign_id,
        count(*) as coupon_orders,
        sum(discounts) as coupon_discounts,
        sum(net_sales) as coupon_net_sales
    from shared
    group by campaign_id
),

told as (
    select
        counted.campaign_id,
        campaigns.campaign_name,
        cast(counted.contacts as bigint) as contacts,
        counted.contacted_customers,
        counted.responding_customers,
        {{ ratio('counted.responding_customers', 'counted.contacted_customers') }}
            as response_rate,
        cast(counted.redemptions as bigint) as redemptions,
        counted.redeeming_customers,
        coalesce(coupons.coupon_orders, 0) as coupon_orders,
        {{ money('coalesce(coupons.coupon_discounts, 0)') }} as coupon_discounts,
        {{ money('coalesce(coupons.coupon_net_sales, 0)') }} as coupon_net_sales,
        '{{ reporting_currency() }}' as currency
    from counted
    left join campaigns on counted.campaign_id = campaigns.campaign_id
    left join coupons on counted.campaign_id = coupons.campaign_id
)

select * from told

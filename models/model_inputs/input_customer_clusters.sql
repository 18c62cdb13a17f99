-- What customers are clustered by: the features at the latest as_of_date of those who
-- ever bought.
-- Grain: one row per customer.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest and orders > 0
),

selected as (
    select
        as_of_date,
        customer_id,
        cast(recency_days as double) as recency_days,
        cast(orders as double) as orders,
        cast(average_order_value as double) as average_order_value,
        cast(discount_share as double) as discount_share,
        cast(return_share as double) as return_share,
        cast(categories as double) as categories,
        cast(sessions_90d as double) as sessions_90d
    from features
)

select * from selected

-- What was sold in each whole week (from Monday) before as_of_date, net of refunds.
-- Grain: one row per week with an order.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

dated as (
    select
        cast({{ dbt.date_trunc('week', 'orders.order_date') }} as date) as week_start,
        orders.net_sales
    from orders
    inner join period on orders.ordered_at < period.as_of_at
),

summed as (
    select
        dated.week_start,
        sum(dated.net_sales) as net_sales
    from dated
    inner join period
        on {{ days_later('dated.week_start', 7) }} <= period.as_of_date
    group by dated.week_start
)

select * from summed

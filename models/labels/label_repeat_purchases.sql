-- On how many days each customer placed a counted order within the holdout that follows
-- an as_of_date.
-- Grain: one row per as_of_date and customer with such an order, for holdouts that have
-- ended; a holdout has its first instant and not its last.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

with_ends as (
    select
        dates.as_of_date,
        dates.as_of_at,
        cast({{ days_later('dates.as_of_date', var('clv_holdout_days')) }} as date)
            as holdout_end_date,
        period.as_of_date as today
    from dates
    cross join period
),

ended as (
    select
        as_of_date,
        as_of_at,
        {{ start_of_reporting_date('holdout_end_date') }} as holdout_end_at
    from with_ends
    where holdout_end_date <= today
),

bought as (
    select
        ended.as_of_date,
        orders.customer_id,
        count(distinct orders.order_date) as purchases
    from orders
    inner join ended
        on
            orders.ordered_at >= ended.as_of_at
            and orders.ordered_at < ended.holdout_end_at
    group by ended.as_of_date, orders.customer_id
)

select * from bought

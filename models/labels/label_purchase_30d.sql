-- Whether a customer placed a counted order within the purchase horizon from an
-- as_of_date on.
-- Grain: one row per as_of_date and customer with such an order, for windows that have
-- closed; the window holds its first instant and not its last.
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

closed as (
    select
        dates.as_of_date,
        dates.as_of_at,
        {{ start_of_reporting_date(
            'cast('
            ~ days_later('dates.as_of_date', var('purchase_horizon_days'))
            ~ ' as date)'
        ) }} as window_end_at
    from dates
    cross join period
    where
        cast({{ days_later('dates.as_of_date', var('purchase_horizon_days')) }} as date)
        <= period.as_of_date
),

buyers as (
    select
        closed.as_of_date,
        orders.customer_id,
        count(*) as orders
    from orders
    inner join closed
        on
            orders.ordered_at >= closed.as_of_at
            and orders.ordered_at < closed.window_end_at
    group by closed.as_of_date, orders.customer_id
)

select * from buyers

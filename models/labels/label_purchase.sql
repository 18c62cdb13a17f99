-- Who placed a counted order within the purchase horizon from an as_of_date on.
-- Grain: one row per as_of_date and customer with such an order, for windows that have
-- closed; the window holds its first instant and not its last.
with

windows as (
    select * from {{ ref('dim_outcome_windows') }}
    where target = 'purchase' and is_closed
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

buyers as (
    select
        windows.as_of_date,
        orders.customer_id,
        count(*) as orders
    from orders
    inner join windows
        on
            orders.ordered_at >= windows.as_of_at
            and orders.ordered_at < windows.window_end_at
    group by windows.as_of_date, orders.customer_id
)

select * from buyers

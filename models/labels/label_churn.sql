-- Who had ordered within the churn horizon before an as_of_date, and placed no counted
-- order within it from the date on.
-- Grain: one row per as_of_date and customer who left so, for windows that have closed;
-- the window holds its first instant and not its last.
with

windows as (
    select * from {{ ref('dim_outcome_windows') }}
    where target = 'churn' and is_closed
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

told as (
    select
        windows.as_of_date,
        orders.customer_id,
        max(case when orders.ordered_at >= windows.as_of_at then 1 else 0 end)
            as has_returned,
        max(case when orders.identified_at < windows.as_of_at then 1 else 0 end)
            as was_active
    from orders
    inner join windows
        on
            orders.order_date >= cast({{ days_later(
                'windows.as_of_date', '-windows.label_horizon_days'
            ) }} as date)
            and orders.ordered_at < windows.window_end_at
    group by windows.as_of_date, orders.customer_id
),

churned as (
    select
        as_of_date,
        customer_id
    from told
    where was_active = 1 and has_returned = 0
)

select * from churned

-- What each customer adds to the cells of sales_by_category.
-- Grain: one row per month, category and customer.
with

orders as (
    select * from {{ ref('released_orders') }}
),

lines as (
    select * from {{ ref('fct_order_lines') }}
),

added as (
    select
        orders.month,
        coalesce(lines.category, 'unknown') as category,
        orders.customer_id,
        cast(sum(lines.quantity) as bigint) as items,
        {{ money('sum(lines.net_sales)') }} as sales
    from orders
    inner join lines on orders.order_id = lines.order_id
    group by orders.month, coalesce(lines.category, 'unknown'), orders.customer_id
)

select * from added

-- Orders or money that are staged but not told in order_reconciliation, or told twice.
with

told as (
    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(lines_amount), 0) as lines_amount
    from {{ ref('order_reconciliation') }}
),

staged_orders as (
    select count(*) as orders from {{ ref('stg_store__orders') }}
),

staged_lines as (
    select coalesce(sum(line_amount), 0) as lines_amount
    from {{ ref('stg_store__order_items') }}
),

sales as (
    select count(*) as orders from {{ ref('fct_orders') }}
),

told_sales as (
    select coalesce(sum(orders), 0) as orders from {{ ref('order_reconciliation') }}
    where is_in_sales
)

select
    told.orders as orders_told,
    staged_orders.orders as orders_staged,
    told_sales.orders as sales_told,
    sales.orders as sales,
    told.lines_amount as amount_told,
    staged_lines.lines_amount as amount_staged
from told
cross join staged_orders
cross join staged_lines
cross join sales
cross join told_sales
where
    told.orders <> staged_orders.orders
    or told_sales.orders <> sales.orders
    or abs(told.lines_amount - staged_lines.lines_amount) > 0.005

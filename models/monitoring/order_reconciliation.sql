-- Where every staged order and its money went.
-- Grain: one row per status and reason. Amounts are charged line amounts in the orders'
-- own currencies, before refunds. Lines of an order that never came have status
-- `(none)`.
with

orders as (
    select * from {{ ref('stg_store__orders') }}
),

items as (
    select * from {{ ref('stg_store__order_items') }}
),

statuses as (
    select * from {{ ref('order_statuses') }}
),

sales as (
    select * from {{ ref('fct_orders') }}
),

charged as (
    select order_id, sum(line_amount) as lines_amount
    from items
    group by order_id
),

placed as (
    select
        orders.order_id,
        coalesce(orders.status, '(none)') as status,
        case
            when orders.order_id is null then 'lines without an order'
            when orders.is_test then 'test order'
            when not statuses.is_sale then 'status does not count'
            when not statuses.is_order then 'document without an order'
            when not sales.is_counted then 'nothing in it had a price'
            else 'counted'
        end as outcome,
        sales.order_id is not null as is_in_sales,
        coalesce(charged.lines_amount, 0) as lines_amount
    from orders
    full outer join charged on orders.order_id = charged.order_id
    left join statuses on orders.status = statuses.status
    left join sales on orders.order_id = sales.order_id
),

counted as (
    select
        status,
        outcome,
        is_in_sales,
        count(order_id) as orders,
        {{ money('sum(lines_amount)') }} as lines_amount
    from placed
    group by status, outcome, is_in_sales
)

select * from counted

-- What was put into each basket and kept.
-- Grain: one row per order line of a counted order, of merchandise that had a price.
-- Goods that came back whole were in the basket until taken_back_at: all returns of an
-- order's product are held against all of its lines.
{{ config(materialized='view') }}
with

order_lines as {{ not_materialized() }} (
    select * from {{ ref('int_order_lines') }}
    where
        is_order
        and is_merchandise
        and quantity > 0
        and gross_sales > 0
        and product_id is not null
),

returns as (
    select * from {{ ref('int_returns') }}
    where is_order
),

item_numbers as (
    select * from {{ ref('int_item_numbers') }}
),

products as (
    select * from item_numbers where item_type = 'product'
),

categories as (
    select * from item_numbers where item_type = 'category'
),

-- A return may name its product, or the line that it was on.
returned as (
    select
        returns.order_id,
        coalesce(returns.product_id, order_lines.product_id) as product_id,
        returns.returned_at,
        coalesce(returns.quantity, 0) as quantity
    from returns
    left join order_lines
        on
            returns.order_id = order_lines.order_id
            and returns.line_number = order_lines.line_number
),

bought as (
    select
        order_lines.order_id,
        order_lines.product_id,
        sum(order_lines.quantity) as quantity
    from order_lines
    inner join (select distinct order_id, product_id from returned) as named
        on
            order_lines.order_id = named.order_id
            and order_lines.product_id = named.product_id
    group by order_lines.order_id, order_lines.product_id
),

running as (
    select
        order_id,
        product_id,
        returned_at,
        sum(quantity) over (
            partition by order_id, product_id order by returned_at
        ) as quantity_so_far
    from returned
),

taken_back as (
    select
        bought.order_id,
        bought.product_id,
        min(running.returned_at) as taken_back_at
    from bought
    inner join running
        on
            bought.order_id = running.order_id
            and bought.product_id = running.product_id
            and running.quantity_so_far >= bought.quantity
    group by bought.order_id, bought.product_id
),

kept as (
    select
        order_lines.order_id,
        order_lines.line_number,
        order_lines.product_id,
        order_lines.customer_id,
        order_lines.identified_at,
        order_lines.ordered_at,
        order_lines.order_date,
        taken_back.taken_back_at,
        products.item_number as product_number,
        categories.item_number as category_number
    from order_lines
    inner join products on order_lines.product_id = products.item_id
    left join categories on order_lines.category = categories.item_id
    left join taken_back
        on
            order_lines.order_id = taken_back.order_id
            and order_lines.product_id = taken_back.product_id
)

select * from kept

-- Recovered carts whose value is not what their order sold of the products left in
-- them, or whose order does not count or was not placed after them.
with

carts as (
    select * from {{ ref('cart_abandonment') }}
    where is_recovered
),

lines as (
    select * from {{ ref('abandoned_cart_lines') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
    where quantity > 0
),

expected as (
    select
        carts.cart_id,
        sum(order_lines.net_sales) as recovered_value
    from carts
    inner join lines on carts.cart_id = lines.cart_id
    inner join order_lines
        on
            carts.recovered_order_id = order_lines.order_id
            and lines.product_id = order_lines.product_id
    group by carts.cart_id
)

select
    carts.cart_id,
    carts.recovered_order_id,
    expected.recovered_value as recovered_value_expected,
    carts.recovered_value
from carts
left join expected on carts.cart_id = expected.cart_id
left join orders on carts.recovered_order_id = orders.order_id
where
    expected.cart_id is null
    or orders.order_id is null
    or expected.recovered_value <> carts.recovered_value
    or orders.ordered_at <= carts.abandoned_at

-- Orders that brought an abandoned cart's products home after all.
-- Grain: one row per recovered cart; an order recovers at most one. It is the person's
-- first counted order after the cart was left that has one of its products, within the
-- recovery window, whose last instant is still in time. Where that is the same order
-- for several carts it recovers the one left last, in which the goods went on.
with

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

bought as (
    select
        orders.order_id,
        orders.visitor_id,
        orders.customer_id,
        orders.ordered_at,
        order_lines.product_id,
        order_lines.net_sales
    from orders
    inner join order_lines on orders.order_id = order_lines.order_id
),

-- The person is the customer, or the device where nobody is known on either side.
bought_after_all as (
    select
        lines.cart_id,
        lines.abandoned_at,
        bought.order_id,
        bought.ordered_at,
        case
            when bought.visitor_id = lines.visitor_id then 'same visitor'
            else 'same customer'
        end as recovered_by,
        bought.net_sales
    from lines
    inner join bought
        on
            lines.customer_id = bought.customer_id
            and lines.product_id = bought.product_id
    union all
    select
        lines.cart_id,
        lines.abandoned_at,
        bought.order_id,
        bought.ordered_at,
        'same visitor' as recovered_by,
        bought.net_sales
    from lines
    inner join bought
        on
            lines.visitor_id = bought.visitor_id
            and lines.product_id = bought.product_id
    where lines.customer_id is null or bought.customer_id is null
),

in_time as (
    select
        cart_id,
        abandoned_at,
        order_id,
        ordered_at,
        recovered_by,
        {{ money('sum(net_sales)') }} as recovered_value
    from bought_after_all
    where
        ordered_at > abandoned_at
        and ordered_at <= {{ days_later('abandoned_at', var('cart_recovery_days')) }}
    group by cart_id, abandoned_at, order_id, ordered_at, recovered_by
),

first_orders as (
    select * from in_time
    qualify row_number() over (
        partition by cart_id order by ordered_at, order_id
    ) = 1
),

last_carts as (
    select * from first_orders
    qualify row_number() over (
        partition by order_id order by abandoned_at desc, cart_id desc
    ) = 1
),

recoveries as (
    select
        cart_id,
        order_id,
        ordered_at as recovered_at,
        recovered_by,
        {{ elapsed_seconds('abandoned_at', 'ordered_at') }} / 3600 as recovery_hours,
        recovered_value,
        '{{ reporting_currency() }}' as currency
    from last_carts
)

select * from recoveries

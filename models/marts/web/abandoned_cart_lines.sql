-- Who left what: the products in abandoned carts.
-- Grain: one row per abandoned cart and product. A product is worth what the shop's
-- events last said, else its list price, at the rate of the day the cart was left; null
-- where neither is known. The person is that of the cart's last session.
with

carts as (
    select * from {{ ref('int_cart_outcomes') }}
    where cart_status = 'abandoned'
),

lines as (
    select * from {{ ref('int_cart_lines') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

products as (
    select * from {{ ref('int_products') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

valued as (
    select
        lines.cart_id,
        lines.product_id,
        carts.visitor_id,
        sessions.customer_id,
        carts.last_event_at as abandoned_at,
        lines.quantity,
        {{ rounded_money(
            'lines.quantity * coalesce(lines.unit_price * rates.rate,'
            ~ ' products.price * product_rates.rate)'
        ) }} as value,
        '{{ reporting_currency() }}' as currency
    from carts
    inner join lines on carts.cart_id = lines.cart_id
    left join sessions on carts.session_id = sessions.session_id
    left join products on lines.product_id = products.product_id
    left join rates
        on
            lines.currency = rates.currency
            and carts.last_event_date = rates.date_day
    left join rates as product_rates
        on
            products.currency = product_rates.currency
            and carts.last_event_date = product_rates.date_day
)

select * from valued

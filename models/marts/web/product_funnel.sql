-- How products are viewed, put into baskets and bought.
-- Grain: one row per day and product with any of these. All that happened in a session
-- counts on the day it began. Views are view_item events, carts add_to_cart events.
-- Purchases are orders that hold the product (a reloaded page's once): by the order's
-- lines of merchandise where it counts in sales, else by the purchase event's own
-- product. Units that an event leaves out are one. Rates are of sessions, and above one
-- where a product reaches baskets without being viewed.
with

events as (
    select * from {{ ref('int_session_events') }}
    where event_name in ('view_item', 'add_to_cart') and product_id is not null
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

purchases as (
    select * from {{ ref('int_purchases') }}
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

handled as (
    select
        session_id,
        product_id,
        count(case when event_name = 'view_item' then 1 end) as views,
        count(case when event_name = 'add_to_cart' then 1 end) as carts,
        sum(case when event_name = 'add_to_cart' then coalesce(quantity, 1) else 0 end)
            as cart_quantity
    from events
    group by session_id, product_id
),

order_products as (
    select
        order_id,
        product_id,
        sum(quantity) as quantity
    from order_lines
    where is_merchandise and quantity > 0 and product_id is not null
    group by order_id, product_id
),

-- An order of nothing but postage is known too, and says nothing of products.
known_orders as (
    select distinct order_id from order_lines
),

bought as (
    select
        purchases.session_id,
        order_products.product_id,
        order_products.quantity
    from purchases
    inner join order_products on purchases.order_id = order_products.order_id
    union all
    select
        purchases.session_id,
        purchases.product_id,
        coalesce(purchases.quantity, 1) as quantity
    from purchases
    left join known_orders on purchases.order_id = known_orders.order_id
    where known_orders.order_id is null and purchases.product_id is not null
),

steps as (
    select
        session_id,
        product_id,
        views,
        carts,
        cart_quantity,
        0 as purchases,
        0 as purchase_quantity
    from handled
    union all
    select session_id, product_id, 0, 0, 0, 1, quantity from bought
),

by_session as (
    select
        session_id,
        product_id,
        sum(views) as views,
        sum(carts) as carts,
        sum(cart_quantity) as cart_quantity,
        sum(purchases) as purchases,
        sum(purchase_quantity) as purchase_quantity
    from steps
    group by session_id, product_id
),

summed as (
    select
        sessions.session_date as date_day,
        by_session.product_id,
        count(case when by_session.views > 0 then 1 end) as sessions_with_view,
        count(case when by_session.carts > 0 then 1 end) as sessions_with_cart,
        count(case when by_session.purchases > 0 then 1 end) as sessions_with_purchase,
        cast(sum(by_session.views) as bigint) as views,
        cast(sum(by_session.carts) as bigint) as carts,
        cast(sum(by_session.cart_quantity) as bigint) as cart_quantity,
        cast(sum(by_session.purchases) as bigint) as purchases,
        cast(sum(by_session.purchase_quantity) as bigint) as purchase_quantity
    from by_session
    inner join sessions on by_session.session_id = sessions.session_id
    group by sessions.session_date, by_session.product_id
),

with_rates as (
    select
        summed.*,
        {{ ratio('sessions_with_cart', 'sessions_with_view') }} as view_to_cart_rate,
        {{ ratio('sessions_with_purchase', 'sessions_with_cart') }}
            as cart_to_purchase_rate,
        {{ ratio('sessions_with_purchase', 'sessions_with_view') }}
            as view_to_purchase_rate
    from summed
)

select * from with_rates

-- What each order says of who placed it.
-- Grain: one row per order; the shop's own test orders say nothing of people and are
-- left out. The order belongs to the account that placed it, else to the e-mail on it,
-- else to the phone, else to the device: never to a device against its own e-mail.
with

orders as (
    select * from {{ ref('stg_store__orders') }}
    where not is_test
),

raw_orders as (
    select order_id, email_key, phone_key, load_id
    from {{ source('store', 'orders') }}
),

keys as (
    {{ latest_version('raw_orders', key=['order_id']) }}
),

keyed as (
    select
        orders.order_id,
        case
            when orders.source_customer_id is not null then 'account'
            when keys.email_key is not null then 'email'
            when keys.phone_key is not null then 'phone'
            when orders.visitor_id is not null then 'visitor'
        end as node_type,
        coalesce(
            'customer:' || orders.source_customer_id,
            'guest:' || keys.email_key,
            'guest_phone:' || keys.phone_key,
            'visitor:' || orders.visitor_id
        ) as node,
        keys.email_key,
        keys.phone_key,
        orders.visitor_id,
        orders.ordered_at
    from orders
    left join keys on orders.order_id = keys.order_id
)

select * from keyed

-- The person behind each order.
-- Grain: one row per order. A guest is known by the e-mail pseudonym on the order; an
-- order with neither customer nor e-mail belongs to nobody.
with

orders as (
    select order_id, customer_id, email_key from {{ source('store', 'orders') }}
),

-- The customer is that of the version staging keeps; the e-mail, which staging leaves
-- out, is the greatest of all versions, so that the order of arrival never decides.
staged_orders as (
    select * from {{ ref('stg_store__orders') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

email_keys as (
    select * from {{ ref('identity_email_keys') }}
),

order_email_keys as (
    select order_id, max(email_key) as email_key
    from orders
    where email_key is not null
    group by order_id
),

resolved as (
    select
        staged_orders.order_id,
        coalesce(customer_ids.customer_id, email_keys.customer_id) as customer_id,
        customer_ids.customer_id is null and email_keys.customer_id is not null
            as is_guest_order
    from staged_orders
    left join order_email_keys on staged_orders.order_id = order_email_keys.order_id
    left join customer_ids
        on staged_orders.source_customer_id = customer_ids.source_customer_id
    left join email_keys on order_email_keys.email_key = email_keys.email_key
)

select * from resolved

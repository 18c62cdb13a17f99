-- Sealed contact data of each person, for the export alone.
-- Grain: one row per customer_id. A registered customer's own data, a guest's from the
-- latest order; every value is still sealed.
with

customers as (
    select * from {{ source('store', 'customers') }}
),

orders as (
    select * from {{ source('store', 'orders') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

identity_orders as (
    select * from {{ ref('identity_orders') }}
),

known as (
    select
        customer_ids.customer_id,
        customers.email,
        customers.phone,
        customers.first_name,
        customers.last_name,
        customers.country,
        customers.postcode,
        1 as precedence,
        customers.registered_at as known_at
    from customers
    inner join customer_ids
        on customers.customer_id = customer_ids.source_customer_id
    union all
    select
        identity_orders.customer_id,
        orders.email,
        orders.phone,
        null as first_name,
        null as last_name,
        null as country,
        null as postcode,
        2 as precedence,
        orders.ordered_at as known_at
    from orders
    inner join identity_orders on orders.order_id = identity_orders.order_id
    where identity_orders.is_guest_order
),

best as (
    select
        customer_id, email, phone, first_name, last_name, country, postcode
    from known
    qualify row_number() over (
        partition by customer_id
        order by
            precedence,
            case when email is null then 1 else 0 end,
            known_at desc nulls last,
            email,
            phone
    ) = 1
)

select * from best

-- Sealed contact data of each person, for the export alone.
-- Grain: one row per customer_id. Of several accounts the one with an e-mail, then the
-- one linked first, which is the surrogate's own; a guest's are from the latest order.
-- Of several birth dates it is the latest, so that nobody is taken for older. Every
-- value is still sealed, and as a view the warehouse holds no copy of any.
{{ config(materialized='view') }}
with

customers as (
    select
        customer_id as source_customer_id,
        email, email_key, phone, phone_key, first_name, last_name,
        birth_date, gender, country, city, postcode, load_id
    from {{ source('store', 'customers') }}
),

orders as (
    select order_id, email, email_key, phone, phone_key, load_id
    from {{ source('store', 'orders') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

identity_orders as (
    select * from {{ ref('identity_orders') }}
    where is_guest_order
),

staged_orders as (
    select order_id, ordered_at from {{ ref('stg_store__orders') }}
),

accounts as (
    {{ latest_version('customers', key=['source_customer_id']) }}
),

latest_orders as (
    {{ latest_version('orders', key=['order_id']) }}
),

known as (
    select
        customer_ids.customer_id,
        accounts.source_customer_id,
        {%- for name in [
            'email', 'email_key', 'phone', 'phone_key', 'first_name', 'last_name',
            'gender', 'country', 'city', 'postcode', 'birth_date',
        ] %}
        accounts.{{ name }},
        {%- endfor %}
        1 as precedence,
        customer_ids.linked_at,
        cast(null as timestamp) as ordered_at,
        accounts.source_customer_id as known_by
    from accounts
    inner join customer_ids
        on accounts.source_customer_id = customer_ids.source_customer_id
    union all
    select
        identity_orders.customer_id,
        null as source_customer_id,
        latest_orders.email,
        latest_orders.email_key,
        latest_orders.phone,
        latest_orders.phone_key,
        null as first_name,
        null as last_name,
        null as gender,
        null as country,
        null as city,
        null as postcode,
        null as birth_date,
        2 as precedence,
        null as linked_at,
        staged_orders.ordered_at,
        latest_orders.order_id as known_by
    from latest_orders
    inner join identity_orders on latest_orders.order_id = identity_orders.order_id
    inner join staged_orders on latest_orders.order_id = staged_orders.order_id
),

best as (
    select
        customer_id,
        source_customer_id,
        email,
        email_key,
        phone,
        phone_key,
        first_name,
        last_name,
        gender,
        country,
        city,
        postcode,
        max(birth_date) over (partition by customer_id) as birth_date
    from known
    qualify row_number() over (
        partition by customer_id
        order by
            precedence,
            case when email is null then 1 else 0 end,
            linked_at,
            ordered_at desc,
            known_by
    ) = 1
)

select * from best

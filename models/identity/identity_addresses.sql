-- Every e-mail address and phone number of each person, for the export to leave out
-- whoever shares one with somebody who did not agree.
-- Grain: one row per customer_id, contact_type (email or phone) and pseudonym: all that
-- the person's accounts ever had, and those the person ordered by as a guest.
{{ config(materialized='view') }}
with

customers as (
    select customer_id as source_customer_id, email_key, phone_key
    from {{ source('store', 'customers') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

order_keys as (
    select * from {{ ref('identity_order_keys') }}
),

identity_orders as (
    select * from {{ ref('identity_orders') }}
    where is_guest_order
),

held as (
    select customer_ids.customer_id, customers.email_key, customers.phone_key
    from customers
    inner join customer_ids
        on customers.source_customer_id = customer_ids.source_customer_id
    union all
    select identity_orders.customer_id, order_keys.email_key, order_keys.phone_key
    from order_keys
    inner join identity_orders on order_keys.order_id = identity_orders.order_id
),

addresses as (
    {%- for contact_type in ['email', 'phone'] %}
    select distinct
        customer_id,
        '{{ contact_type }}' as contact_type,
        {{ contact_type }}_key as contact_key
    from held
    where {{ contact_type }}_key is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from addresses

-- Every sealed e-mail address and phone number by its pseudonym, for the export to tell
-- platforms whom to remove: also addresses that nobody has any more.
-- Grain: one row per contact_type (email or phone) and pseudonym. As a view the
-- warehouse holds no copy of any.
{{ config(materialized='view') }}
with

customers as (
    select customer_id as source_customer_id, email, email_key, phone, phone_key
    from {{ source('store', 'customers') }}
),

orders as (
    select email, email_key, phone, phone_key
    from {{ source('store', 'orders') }}
),

held as (
    select source_customer_id, email, email_key, phone, phone_key from customers
    union all
    select null, email, email_key, phone, phone_key from orders
),

addresses as (
    {%- for contact_type in ['email', 'phone'] %}
    select
        '{{ contact_type }}' as contact_type,
        {{ contact_type }}_key as contact_key,
        min({{ contact_type }}) as sealed_address,
        min(source_customer_id) as source_customer_id
    from held
    where {{ contact_type }}_key is not null and {{ contact_type }} is not null
    group by {{ contact_type }}_key
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from addresses

-- Every e-mail address of each person, for the export to leave out whoever shares one
-- with somebody who did not agree.
-- Grain: one row per customer_id and pseudonym of an address: all that the person's
-- accounts ever had, and those the person ordered by as a guest.
{{ config(materialized='view') }}
with

customers as (
    select customer_id as source_customer_id, email_key
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
    select customer_ids.customer_id, customers.email_key
    from customers
    inner join customer_ids
        on customers.source_customer_id = customer_ids.source_customer_id
    union all
    select identity_orders.customer_id, order_keys.email_key
    from order_keys
    inner join identity_orders on order_keys.order_id = identity_orders.order_id
),

addresses as (
    select distinct customer_id, email_key
    from held
    where email_key is not null
)

select * from addresses

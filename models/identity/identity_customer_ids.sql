-- Surrogate of each registered customer.
-- Grain: one row per source_customer_id in the customers table, or named by an order or
-- an event though the customers table lacks it.
with

customers as (
    select customer_id from {{ source('store', 'customers') }}
),

orders as (
    select customer_id from {{ source('store', 'orders') }}
),

events as (
    select distinct customer_id from {{ source('store', 'events') }}
),

named as (
    select customer_id as source_customer_id from customers
    union
    select customer_id from orders
    union
    select customer_id from events
),

surrogates as (
    select
        source_customer_id,
        md5('customer:' || source_customer_id) as customer_id
    from named
    where source_customer_id is not null
)

select * from surrogates

-- Accounts, and since when the shop has known each.
-- Grain: one row per source_customer_id in the customers table, or named by an order or
-- an event though the customers table lacks it. An account that nothing dates counts as
-- always known, so that a denial on it is never left out.
with

customers as (
    select * from {{ ref('stg_store__customers') }}
),

orders as (
    select * from {{ ref('stg_store__orders') }}
),

events as (
    select * from {{ ref('stg_store__events') }}
),

named as (
    select source_customer_id, registered_at, null as seen_at from customers
    union all
    select source_customer_id, null as registered_at, ordered_at as seen_at
    from orders
    union all
    select
        source_customer_id,
        null as registered_at,
        coalesce(received_at, event_at) as seen_at
    from events
),

accounts as (
    select
        source_customer_id,
        'customer:' || source_customer_id as node,
        coalesce(
            min(registered_at), min(seen_at), cast('1970-01-01' as timestamp)
        ) as known_at
    from named
    where source_customer_id is not null
    group by source_customer_id
)

select * from accounts

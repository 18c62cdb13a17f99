-- The person behind each visitor, and the moment that became known.
-- Grain: one row per visitor that one person alone was seen on. A device that several
-- people signed in on links nobody.
with

events as (
    select visitor_id, source_customer_id, event_at from {{ ref('stg_store__events') }}
    where source_customer_id is not null
),

orders as (
    select order_id, visitor_id, ordered_at from {{ ref('stg_store__orders') }}
    where visitor_id is not null
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

identity_orders as (
    select * from {{ ref('identity_orders') }}
),

sightings as (
    select events.visitor_id, customer_ids.customer_id, events.event_at as seen_at
    from events
    inner join customer_ids
        on events.source_customer_id = customer_ids.source_customer_id
    union all
    select orders.visitor_id, identity_orders.customer_id, orders.ordered_at as seen_at
    from orders
    inner join identity_orders on orders.order_id = identity_orders.order_id
    where identity_orders.customer_id is not null
),

links as (
    select
        visitor_id,
        min(customer_id) as customer_id,
        min(seen_at) as identified_at
    from sightings
    group by visitor_id
    having count(distinct customer_id) = 1
)

select * from links

-- Which nodes are one person: first e-mails link accounts, then phones link the people
-- so found, then devices. What more people hold than its limit links nobody.
-- Grain: one row per node that is a person's; `person` is one of the person's nodes. A
-- phone or device over its limit is nobody's; an e-mail over its limit that guests
-- ordered by is a person of its own, whom nothing links to anybody.
with

phone_people as (
    select * from {{ ref('identity_phone_people') }}
),

orders as (
    select distinct node, node_type from {{ ref('identity_order_keys') }}
    where node_type <> 'visitor'
),

edges as (
    select * from {{ ref('identity_edges') }}
),

device_people as (
    {{ linked_people(
        'phone_people', 'edges', 'orders', 'visitor', var('identity_device_max_people')
    ) }}
),

people as (
    select node, person from device_people
    union all
    select orders.node, orders.node
    from orders
    left join phone_people on orders.node = phone_people.node
    where orders.node_type = 'email' and phone_people.node is null
)

select * from people

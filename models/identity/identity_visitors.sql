-- The person behind each device, and since when that is known.
-- Grain: one row per visitor that no more people than the limit were seen on.
with

edges as (
    select distinct visitor_id, held_node from {{ ref('identity_edges') }}
    where held_type = 'visitor'
),

members as (
    select * from {{ ref('identity_members') }}
),

resolved as (
    select
        edges.visitor_id,
        members.customer_id,
        members.linked_at as identified_at
    from edges
    inner join members on edges.held_node = members.node
)

select * from resolved

-- Edges that join two people, though both nodes are somebody's. An e-mail that more
-- accounts hold than its limit is a person of its own, and its edges link nobody.
{{ config(group='identity') }}
with

edges as (
    select * from {{ ref('identity_edges') }}
),

members as (
    select * from {{ ref('identity_members') }}
),

shared_emails as (
    select held_node as node
    from edges
    where held_type = 'email'
    group by held_node
    having count(*) > {{ var('identity_email_max_people') }}
)

select
    edges.edge_id,
    holders.customer_id as customer_id_of_holder,
    held.customer_id as customer_id_of_held
from edges
inner join members as holders on edges.holder_node = holders.node
inner join members as held on edges.held_node = held.node
left join shared_emails
    on edges.holder_node = shared_emails.node or edges.held_node = shared_emails.node
where shared_emails.node is null and holders.customer_id <> held.customer_id

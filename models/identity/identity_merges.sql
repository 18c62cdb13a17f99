-- Why accounts and guests are one person: what was merged into whom, when, and by what.
-- Grain: one row per account or guest whose customer_id became another's. Putting the
-- edge_id into the identity_wrong_edges seed undoes the merge; a second way between the
-- two then shows up here with an edge of its own.
with

members as (
    select * from {{ ref('identity_members') }}
    where customer_id <> own_customer_id
),

accounts as (
    select * from {{ ref('identity_accounts') }}
),

guests as (
    select distinct node from {{ ref('identity_order_keys') }}
    where node_type in ('email', 'phone')
),

edges as (
    select * from {{ ref('identity_edges') }}
),

merged as (
    select node, 'account' as merged_type, source_customer_id from accounts
    union all
    select node, 'guest', null from guests
),

explained as (
    select
        members.own_customer_id as merged_customer_id,
        merged.merged_type,
        merged.source_customer_id as merged_source_customer_id,
        members.customer_id,
        members.through_edge_id as edge_id,
        edges.holder_type || '-' || edges.held_type as edge_type,
        edges.edge_source,
        members.linked_at as known_at
    from members
    inner join merged on members.node = merged.node
    inner join edges on members.through_edge_id = edges.edge_id
)

select * from explained

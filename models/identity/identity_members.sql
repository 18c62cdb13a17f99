-- The surrogate that each node stands for, and since when that is known.
-- Grain: one row per node that is a person's. The surrogate is that of the node known
-- earliest, so that a guest who registers keeps the id. A node is linked to it from the
-- first moment at which edges known by then lead there; through_edge_id is the one of
-- them known last.
with

people as (
    select * from {{ ref('identity_people') }}
),

accounts as (
    select * from {{ ref('identity_accounts') }}
),

order_keys as (
    select * from {{ ref('identity_order_keys') }}
),

edges as (
    select * from {{ ref('identity_edges') }}
),

person_edges as (
    select
        edges.edge_id,
        edges.holder_node as node_1,
        edges.held_node as node_2,
        edges.known_at
    from edges
    inner join people as holders on edges.holder_node = holders.node
    inner join people as held on edges.held_node = held.node
    where holders.person = held.person
),

-- A device is nobody's name: whoever orders on it unnamed is known by what names them.
mentions as (
    select node, known_at from accounts
    union all
    select node, ordered_at from order_keys
    where node_type <> 'visitor'
    union all
    select node_1, known_at from person_edges
    union all
    select node_2, known_at from person_edges
),

first_mentions as (
    select node, min(known_at) as known_at
    from mentions
    group by node
),

known as (
    select people.node, people.person, first_mentions.known_at
    from people
    inner join first_mentions on people.node = first_mentions.node
),

-- Of nodes known together the account, then the e-mail, then the phone: their order in
-- the alphabet.
surrogates as (
    select person, node, known_at from known
    where node not like 'visitor:%'
    qualify row_number() over (partition by person order by known_at, node) = 1
),

connections as (
    {{ earliest_connections('surrogates', 'person_edges') }}
),

members as (
    select
        people.node,
        md5(surrogates.node) as customer_id,
        md5(people.node) as own_customer_id,
        connections.reached_at as linked_at,
        connections.edge_id as through_edge_id
    from people
    inner join surrogates on people.person = surrogates.person
    inner join connections on people.node = connections.node
)

select * from members

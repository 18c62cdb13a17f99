-- Which nodes are one person: first e-mails link accounts, then phones link the people
-- so found, then devices. What more people hold than its limit links nobody.
-- Grain: one row per node that is a person's; `person` is one of the person's nodes. A
-- phone or device over its limit is nobody's; an e-mail over its limit that guests
-- ordered by is a person of its own, whom nothing links to anybody.
{%- set layers = [
    ('account', 'email', var('identity_email_max_people')),
    ('email', 'phone', var('identity_phone_max_people')),
    ('phone', 'visitor', var('identity_device_max_people')),
] %}
with

accounts as (
    select node from {{ ref('identity_accounts') }}
),

orders as (
    select distinct node, node_type from {{ ref('identity_order_keys') }}
    where node_type <> 'visitor'
),

edges as (
    select holder_node, held_node, held_type from {{ ref('identity_edges') }}
),

account_people as (
    select node, node as person from accounts
),

{% for previous, type, limit in layers -%}
{{ type }}_holders as (
    select distinct edges.held_node, {{ previous }}_people.person
    from edges
    inner join {{ previous }}_people on edges.holder_node = {{ previous }}_people.node
    where edges.held_type = '{{ type }}' and {{ computed_once() }}
),

{{ type }}_shares as (
    select held_node, min(person) as person, count(*) as people
    from {{ type }}_holders
    group by held_node
),

{{ type }}_links as (
    select shares.person as node_1, holders.person as node_2
    from {{ type }}_shares as shares
    inner join {{ type }}_holders as holders on shares.held_node = holders.held_node
    where shares.people between 2 and {{ limit }} and holders.person <> shares.person
),

{{ type }}_components as (
    {{ connected_components(type ~ '_links') }}
),

-- Everybody so far, what the layer gives them, and guests known by nothing else.
{{ type }}_held as (
    select node, person from {{ previous }}_people
    union all
    select held_node, person from {{ type }}_shares
    where people <= {{ limit }}
    union all
    select orders.node, orders.node
    from orders
    left join {{ type }}_shares as shares on orders.node = shares.held_node
    where orders.node_type = '{{ type }}' and shares.held_node is null
),

{{ type }}_people as (
    select held.node, coalesce(components.component, held.person) as person
    from {{ type }}_held as held
    left join {{ type }}_components as components on held.person = components.node
    where {{ computed_once() }}
),

{% endfor -%}
people as (
    select node, person from visitor_people
    union all
    select orders.node, orders.node
    from orders
    inner join email_shares on orders.node = email_shares.held_node
    where email_shares.people > {{ var('identity_email_max_people') }}
)

select * from people

-- What links accounts, e-mails, phones and devices, and since when it is known.
-- Grain: one row per pair of nodes, told by what first said so; edges in the
-- identity_wrong_edges seed are left out, as is what became known at the as_of_date or
-- later. A node is written as what a surrogate is the
-- hash of. The holder is whoever the evidence is about: the account, or the guest's
-- e-mail, else phone, whose order it is.
with

accounts as (
    select * from {{ ref('identity_accounts') }}
),

customers as (
    select customer_id, email_key, phone_key from {{ source('store', 'customers') }}
),

order_keys as (
    select * from {{ ref('identity_order_keys') }}
    where node_type <> 'visitor'
),

events as (
    select visitor_id, source_customer_id, event_at, received_at
    from {{ ref('stg_store__events') }}
    where source_customer_id is not null
),

wrong_edges as (
    select * from {{ ref('identity_wrong_edges') }}
),

account_keys as (
    select
        accounts.node,
        customers.email_key,
        customers.phone_key,
        accounts.known_at
    from customers
    inner join accounts on customers.customer_id = accounts.source_customer_id
),

sightings as (
    select
        'customer:' || source_customer_id as node,
        visitor_id,
        min(coalesce(received_at, event_at)) as known_at
    from events
    group by source_customer_id, visitor_id
),

evidence as (
    select
        'account' as edge_source, 'account' as holder_type, node as holder_node,
        'email' as held_type, 'guest:' || email_key as held_node,
        null as visitor_id, known_at
    from account_keys
    union all
    select
        'account', 'account', node,
        'phone', 'guest_phone:' || phone_key, null, known_at
    from account_keys
    union all
    select
        'order', node_type, node,
        'email', 'guest:' || email_key, null, ordered_at
    from order_keys
    union all
    select
        'order', node_type, node,
        'phone', 'guest_phone:' || phone_key, null, ordered_at
    from order_keys
    union all
    select
        'order', node_type, node,
        'visitor', 'visitor:' || visitor_id, visitor_id, ordered_at
    from order_keys
    union all
    select
        'event', 'account', node,
        'visitor', 'visitor:' || visitor_id, visitor_id, known_at
    from sightings
),

first_evidence as (
    select * from evidence
    where held_node <> holder_node
    qualify row_number() over (
        partition by holder_node, held_node order by known_at, edge_source
    ) = 1
),

edges as (
    select md5(holder_node || ' ' || held_node) as edge_id, first_evidence.*
    from first_evidence
),

believed as (
    select edges.*
    from edges
    left join wrong_edges on edges.edge_id = wrong_edges.edge_id
    where wrong_edges.edge_id is null
        and {{ happened_before_as_of_date('edges.known_at') }}
)

select * from believed

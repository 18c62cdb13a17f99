-- Which accounts, and guests known by an e-mail, are one person by what e-mails say.
-- Grain: one row per account, and per e-mail that is a person's; `person` is one of the
-- person's nodes. An e-mail over its limit links nobody.
with

accounts as (
    select node, node as person from {{ ref('identity_accounts') }}
),

orders as (
    select distinct node, node_type from {{ ref('identity_order_keys') }}
),

edges as (
    select * from {{ ref('identity_edges') }}
),

people as (
    {{ linked_people(
        'accounts', 'edges', 'orders', 'email', var('identity_email_max_people')
    ) }}
)

select * from people

-- Which of the people that e-mails tell are one person by what phones say.
-- Grain: one row per node that is a person's; `person` is one of the person's nodes. A
-- phone over its limit links nobody.
with

email_people as (
    select * from {{ ref('identity_email_people') }}
),

orders as (
    select distinct node, node_type from {{ ref('identity_order_keys') }}
),

edges as (
    select * from {{ ref('identity_edges') }}
),

people as (
    {{ linked_people(
        'email_people', 'edges', 'orders', 'phone', var('identity_phone_max_people')
    ) }}
)

select * from people

-- The person behind each account, and since when that is known.
-- Grain: one row per source_customer_id; accounts of one person share a customer_id.
with

accounts as (
    select * from {{ ref('identity_accounts') }}
),

members as (
    select * from {{ ref('identity_members') }}
),

resolved as (
    select
        accounts.source_customer_id,
        members.customer_id,
        members.linked_at
    from accounts
    inner join members on accounts.node = members.node
)

select * from resolved

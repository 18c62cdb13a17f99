-- Accounts, and since when the shop has known each.
-- Grain: one row per source_customer_id in the customers table, or named elsewhere
-- though the table lacks it; the shop's own test orders name nobody. What nothing dates
-- is known last of all, so that news can only move it earlier; no denial is left out by
-- that, since the first consent dates its account.
with

customers as (
    select * from {{ ref('stg_store__customers') }}
    where registered_at is null or {{ happened_before_as_of_date('registered_at') }}
),

orders as (
    select * from {{ ref('stg_store__orders') }}
    where not is_test
),

events as (
    select * from {{ ref('stg_store__events') }}
    where {{ happened_before_as_of_date('coalesce(received_at, event_at)') }}
),

campaign_touches as (
    select * from {{ ref('stg_store__campaign_touches') }}
),

campaign_assignments as (
    select * from {{ ref('stg_store__campaign_assignments') }}
),

consents as (
    select * from {{ ref('stg_store__consents') }}
    where {{ happened_before_as_of_date('changed_at') }}
),

reviews as (
    select * from {{ ref('stg_store__reviews') }}
),

support_messages as (
    select * from {{ ref('stg_store__support_messages') }}
),

named as (
    select source_customer_id, registered_at, null as seen_at from customers
    union all
    select source_customer_id, null, ordered_at from orders
    union all
    select source_customer_id, null, coalesce(received_at, event_at) from events
    union all
    select source_customer_id, null, touched_at from campaign_touches
    union all
    select source_customer_id, null, assigned_at from campaign_assignments
    union all
    select source_customer_id, null, changed_at from consents
    union all
    select source_customer_id, null, reviewed_at from reviews
    union all
    select source_customer_id, null, sent_at from support_messages
),

accounts as (
    select
        source_customer_id,
        'customer:' || source_customer_id as node,
        coalesce(
            min(registered_at), min(seen_at), cast('9999-12-31' as timestamp)
        ) as known_at
    from named
    where source_customer_id is not null
    group by source_customer_id
)

select * from accounts

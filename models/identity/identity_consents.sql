-- Latest consent of each customer.
-- Grain: one row per customer, channel and purpose. No row is no consent.
with

consents as (
    select * from {{ ref('stg_store__consents') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

ranked as (
    select
        customer_ids.customer_id,
        consents.channel,
        consents.purpose,
        consents.state,
        consents.changed_at,
        row_number() over (
            partition by
                customer_ids.customer_id, consents.channel, consents.purpose
            order by consents.changed_at desc
        ) as version
    from consents
    inner join customer_ids
        on consents.source_customer_id = customer_ids.source_customer_id
),

latest as (
    select
        customer_id,
        channel,
        purpose,
        state,
        state = 'granted' as is_granted,
        changed_at
    from ranked
    where version = 1
)

select * from latest

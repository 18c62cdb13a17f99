-- Messages to customer service with the person who sent them.
-- Grain: one row per message.
with

messages as (
    select * from {{ ref('stg_store__support_messages') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

resolved as (
    select
        messages.message_id,
        customer_ids.customer_id,
        case
            when customer_ids.customer_id is not null
                then {{ greatest_of(['messages.sent_at', 'customer_ids.linked_at']) }}
        end as identified_at,
        messages.channel,
        messages.intent,
        messages.message_text,
        messages.sent_at
    from messages
    left join customer_ids
        on messages.source_customer_id = customer_ids.source_customer_id
)

select * from resolved

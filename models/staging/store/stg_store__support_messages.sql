-- Messages to customer service.
-- Grain: one row per message; of several versions the latest.
with

source as (
    select * from {{ source('store', 'support_messages') }}
),

renamed as (
    select
        message_id,
        customer_id as source_customer_id,
        sent_at,
        message_text,
        channel,
        intent,
        load_id
    from source
    where message_id is not null
        and {{ happened_before_as_of_date('sent_at') }}
),

latest as (
    {{ latest_version('renamed', key=['message_id']) }}
)

select * from latest

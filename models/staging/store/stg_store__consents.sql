-- Every change of a consent.
-- Grain: one row per registered customer, channel, purpose and moment of change; of
-- several changes at one moment a denial.
with

source as (
    select * from {{ source('store', 'consents') }}
),

renamed as (
    select
        customer_id as source_customer_id,
        lower(trim(channel)) as channel,
        lower(trim(purpose)) as purpose,
        changed_at,
        lower(trim(state)) as state,
        source as consent_source,
        load_id
    from source
    where customer_id is not null
        and channel is not null
        and purpose is not null
        and changed_at is not null
),

latest as (
    {{ latest_version(
        'renamed',
        key=['source_customer_id', 'channel', 'purpose', 'changed_at'],
        prefer=["state is distinct from 'granted'", 'load_id']
    ) }}
)

select * from latest

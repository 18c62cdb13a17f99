-- What each person consents to now.
-- Grain: one row per customer, channel and purpose. No row is no consent.
with

history as (
    select * from {{ ref('identity_consent_history') }}
    where valid_to is null
),

current_states as (
    select
        customer_id,
        channel,
        purpose,
        state,
        is_granted,
        valid_from as changed_at
    from history
)

select * from current_states

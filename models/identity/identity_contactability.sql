-- Whether each person may be written to for marketing, and can be.
-- Grain: one row per customer_id with a consent for marketing. It tells whether the
-- shop has an address or a number, and never which. The export judges anew, at its
-- moment.
with

consents as (
    select * from {{ ref('identity_consents') }}
    where purpose = 'marketing'
),

contacts as (
    select * from {{ ref('identity_contacts') }}
),

granted as (
    select
        customer_id,
        count(case when channel = 'email' and is_granted then 1 end) > 0
            as has_email_consent,
        count(case when channel = 'sms' and is_granted then 1 end) > 0
            as has_sms_consent
    from consents
    group by customer_id
),

told as (
    select
        granted.customer_id,
        granted.has_email_consent,
        granted.has_sms_consent,
        granted.has_email_consent and contacts.email is not null
            as is_contactable_by_email,
        granted.has_sms_consent and contacts.phone is not null
            as is_contactable_by_sms
    from granted
    left join contacts on granted.customer_id = contacts.customer_id
)

select * from told

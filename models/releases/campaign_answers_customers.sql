-- What each customer adds to the cells of campaign_answers.
-- Grain: one row per month, campaign and customer it contacted in that month. An answer
-- counts from the first contact of the month to response_horizon_days after the last.
with

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

period as (
    select * from {{ ref('int_data_period') }}
),

dated as (
    select
        *,
        {{ first_of_month(reporting_date('touched_at')) }} as month
    from touches
),

contacts as (
    select
        month,
        campaign_id,
        customer_id,
        count(*) as contacts,
        min(touched_at) as first_contact_at,
        max(touched_at) as last_contact_at
    from dated
    where touch_type in {{ campaign_contacts() }}
    group by month, campaign_id, customer_id
),

answers as (
    select
        campaign_id,
        customer_id,
        touched_at
    from touches
    where touch_type in {{ campaign_responses() }}
),

added as (
    select
        contacts.month,
        contacts.campaign_id,
        case
            when count(answers.customer_id) > 0 then 'answered' else 'did not answer'
        end as answer,
        contacts.customer_id,
        max(contacts.contacts) as contacts
    from contacts
    inner join period
        on {{ is_settled(
            'contacts.month', var('release_settling_days'), 'period.as_of_date'
        ) }}
    left join answers
        on
            contacts.campaign_id = answers.campaign_id
            and contacts.customer_id = answers.customer_id
            and answers.touched_at >= contacts.first_contact_at
            and answers.touched_at <= {{ seconds_later(
                'contacts.last_contact_at', var('response_horizon_days') * 86400
            ) }}
    group by contacts.month, contacts.campaign_id, contacts.customer_id
)

select * from added

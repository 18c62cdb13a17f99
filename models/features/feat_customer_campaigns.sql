-- What campaigns had sent each customer in the 90 days before an as_of_date, and what
-- came of it.
-- Grain: one row per as_of_date and customer with a touch in them. A touch counts for a
-- person once it was known whose it is. Opening is no response, since mail clients open
-- by themselves.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

counted as (
    select
        dates.as_of_date,
        touches.customer_id,
        count(case
            when touches.touch_type in {{ campaign_contacts() }} then 1
        end) as campaign_contacts_90d,
        count(case
            when touches.touch_type in {{ campaign_responses() }} then 1
        end) as campaign_responses_90d,
        count(case when touches.touch_type = 'click' then 1 end) as campaign_clicks_90d
    from touches
    inner join dates
        on
            touches.touched_at < dates.as_of_at
            and touches.touched_at >= {{ days_later('dates.as_of_at', -90) }}
            and touches.identified_at < dates.as_of_at
    group by dates.as_of_date, touches.customer_id
),

told as (
    select
        counted.*,
        {{ ratio('campaign_responses_90d', 'campaign_contacts_90d') }}
            as campaign_response_rate_90d
    from counted
)

select * from told

-- Moments at which a campaign brought a person to the shop: a visit that carries the
-- campaign, a click or a share, a coupon redeemed. Sending is no touch, nor is opening,
-- since mail clients open by themselves.
-- Grain: one row per touch; the same campaign again within the session timeout is the
-- same touch.
with

sessions as (
    select * from {{ ref('fct_sessions') }}
    where utm_campaign is not null
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

utm_campaigns as (
    select * from {{ ref('utm_campaigns') }}
),

reported as (
    select * from {{ ref('fct_campaign_touches') }}
    where touch_type in {{ campaign_responses() }}
),

campaign_names as (
    select lower(campaign_id) as utm_campaign, campaign_id, 1 as precedence
    from campaigns
    union all
    select utm_campaign, campaign_id, 2
    from utm_campaigns
    union all
    select lower(campaign_name), campaign_id, 3
    from campaigns
    where campaign_name is not null
),

names as (
    select utm_campaign, campaign_id from campaign_names
    qualify row_number() over (
        partition by utm_campaign order by precedence, campaign_id
    ) = 1
),

touches as (
    select
        sessions.session_id as touch_id,
        names.campaign_id,
        sessions.customer_id,
        sessions.visitor_id,
        sessions.session_start_at as touched_at
    from sessions
    inner join names on lower(sessions.utm_campaign) = names.utm_campaign
    union all
    select touch_id, campaign_id, customer_id, visitor_id, touched_at from reported
),

-- A person where one is known, else the device.
with_person as (
    select
        touches.*,
        coalesce(customer_id, visitor_id) as person_id
    from touches
    where coalesce(customer_id, visitor_id) is not null
),

with_previous as (
    select
        with_person.*,
        lag(touched_at) over (
            partition by person_id, campaign_id order by touched_at, touch_id
        ) as previous_touched_at
    from with_person
),

first_touches as (
    select
        with_previous.touch_id,
        with_previous.campaign_id,
        coalesce(campaigns.channel_group, 'Unassigned') as channel_group,
        with_previous.person_id,
        with_previous.touched_at
    from with_previous
    left join campaigns on with_previous.campaign_id = campaigns.campaign_id
    where
        previous_touched_at is null
        or touched_at > {{ seconds_later(
            'previous_touched_at', var('session_timeout_seconds')
        ) }}
)

select * from first_touches

-- Moments at which a person came to the shop or answered a campaign: a visit, whatever
-- brought it, a click or a share, a coupon redeemed. Sending is no touch, nor is
-- opening unless `attribution_counts_opens` says so, since mail clients open by
-- themselves.
-- Grain: one row per touch; the same campaign and channel again within the session
-- timeout is the same touch. A campaign's touches are told under its own channel;
-- visits that no known campaign brought have none, and the visit's channel.
with

sessions as (
    select * from {{ ref('fct_sessions') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

utm_campaigns as (
    select * from {{ ref('utm_campaigns') }}
),

reported as (
    select * from {{ ref('fct_campaign_touches') }}
    where
        touch_type in {{ campaign_responses() }}
        {%- if var('attribution_counts_opens') %}
        or touch_type = 'open'
        {%- endif %}
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
        'visit' as touch_type,
        names.campaign_id,
        sessions.channel_group as visit_channel_group,
        sessions.customer_id,
        sessions.visitor_id,
        sessions.session_start_at as touched_at
    from sessions
    left join names on lower(sessions.utm_campaign) = names.utm_campaign
    union all
    select
        touch_id, touch_type, campaign_id, null, customer_id, visitor_id, touched_at
    from reported
),

-- A person where one is known, else the device.
with_person as (
    select
        touches.touch_id,
        touches.touch_type,
        touches.campaign_id,
        case
            when touches.campaign_id is null
                then coalesce(touches.visit_channel_group, 'Unassigned')
            else coalesce(campaigns.channel_group, 'Unassigned')
        end as channel_group,
        coalesce(touches.customer_id, touches.visitor_id) as person_id,
        touches.touched_at
    from touches
    left join campaigns on touches.campaign_id = campaigns.campaign_id
    where coalesce(touches.customer_id, touches.visitor_id) is not null
),

with_previous as (
    select
        with_person.*,
        lag(touched_at) over (
            partition by person_id, campaign_id, channel_group
            order by touched_at, touch_id
        ) as previous_touched_at
    from with_person
),

first_touches as (
    select
        touch_id,
        touch_type,
        campaign_id,
        channel_group,
        person_id,
        touched_at
    from with_previous
    where
        previous_touched_at is null
        or touched_at > {{ seconds_later(
            'previous_touched_at', var('session_timeout_seconds')
        ) }}
)

select * from first_touches

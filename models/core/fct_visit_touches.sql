-- Visits, and adverts that are clicked while a visit goes on, each with its campaign.
-- Grain: one row per visit and per event within one that names another campaign than
-- the visit came by. Campaigns are named by id, through the seed utm_campaigns, or by
-- name; those that only ad_spend knows count too.
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

events as (
    select * from {{ ref('stg_store__events') }}
    where utm_campaign is not null
),

spend as (
    select distinct campaign_id from {{ ref('fct_ad_spend') }}
),

campaign_names as (
    select campaign_id, campaign_id as name, 1 as precedence from campaigns
    union all
    select campaign_id, campaign_id, 1 from spend
    union all
    select campaign_id, utm_campaign, 2 from utm_campaigns
    union all
    select campaign_id, campaign_name, 3 from campaigns
    where campaign_name is not null
),

visits as (
    select
        session_id as touch_id,
        'visit' as touch_type,
        channel_group,
        customer_id,
        visitor_id,
        session_start_at as touched_at,
        {{ campaign_name('utm_campaign') }} as name
    from sessions
    union all
    select
        events.event_id,
        'click',
        null,
        sessions.customer_id,
        sessions.visitor_id,
        events.event_at,
        {{ campaign_name('events.utm_campaign') }}
    from events
    inner join sessions
        on
            events.visitor_id = sessions.visitor_id
            and events.event_at between sessions.session_start_at
            and sessions.session_end_at
    where {{ campaign_name('events.utm_campaign') }}
        <> coalesce({{ campaign_name('sessions.utm_campaign') }}, '')
),

-- Of campaigns of one name the one that ran then, else the last that had begun.
named as (
    select
        visits.*,
        campaign_names.campaign_id
    from visits
    left join campaign_names
        on visits.name = {{ campaign_name('campaign_names.name') }}
    left join campaigns on campaign_names.campaign_id = campaigns.campaign_id
    where visits.touch_type = 'visit' or campaign_names.campaign_id is not null
    qualify row_number() over (
        partition by visits.touch_id, visits.touch_type
        order by
            campaign_names.precedence,
            case when {{ reporting_date('visits.touched_at') }}
                between campaigns.starts_on and campaigns.ends_on then 0 else 1 end,
            case when {{ reporting_date('visits.touched_at') }} >= campaigns.starts_on
                then campaigns.starts_on end desc nulls last,
            campaign_names.campaign_id
    ) = 1
),

-- What a visit begins with brought it.
told as (
    select
        touch_id,
        touch_type,
        campaign_id,
        channel_group,
        customer_id,
        visitor_id,
        touched_at
    from named
    qualify touch_type = 'click' or campaign_id is not null or count(
        case when touch_type = 'click' then 1 end
    ) over (partition by visitor_id, touched_at) = 0
)

select * from told

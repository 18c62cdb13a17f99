-- Visits: runs of one visitor's events without a gap of more than the session timeout.
-- Grain: one row per session. Events of machines that say so are left out; sessions
-- that are a machine's by their pace, or the shop's own, are flagged. Ties in time are
-- broken by event id, so the same events give the same sessions in whatever order.
{{ config(incremental_strategy='by_change') }}
with
{%- if is_incremental() %}

changes as (
    {{ session_changes() }}
),

sessions_before as (
    {{ sessions_before('changes') }}
),
{%- endif %}

events as {{ materialized_if_incremental() }} (
    select events.* from {{ ref('stg_store__events') }} as events
    {%- if is_incremental() %}
    inner join changes
        on
            events.visitor_id = changes.visitor_id
            and events.event_at >= changes.changed_from
    where events.event_at >= {{ first_change_at() }}
    {%- endif %}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

patterns as (
    select * from {{ ref('traffic_patterns') }}
    where subject = 'landing_host'
),

-- Only what counting needs is carried along; what the first event says is joined to
-- the few sessions afterwards. Reading all twice is cheaper than keeping what was read.
counted_events as {{ not_materialized() }} (
    select
        events.event_id,
        events.visitor_id,
        events.source_customer_id,
        events.event_at,
        events.received_at,
        events.event_name,
        {%- if var('session_starts_at_campaign') %}
        events.utm_campaign,
        {%- endif %}
        events.engagement_time_ms
    from events
    left join user_agents on events.user_agent = user_agents.user_agent
    where coalesce(user_agents.traffic_type, 'person') = 'person'
),

visited as (
    {{ sessionised(
        'counted_events',
        timeout_seconds=var('session_timeout_seconds'),
        max_hours=var('session_max_hours'),
        starts_at_campaign=var('session_starts_at_campaign')
    ) }}
),

counted as (
    select
        visitor_id,
        -- A run's first event is known by its time. Only in later pieces is one looked
        -- for, since what that compares has to stay in memory.
        coalesce(
            min(case when event_at = run_start_at then event_id end),
            min_by(event_id, case when piece > 0 then (event_at, event_id) end)
        ) as first_event_id,
        max(source_customer_id) as source_customer_id,
        min(event_at) as session_start_at,
        max(event_at) as session_end_at,
        min(run_start_at) as run_start_at,
        max(coalesce(received_at, event_at)) as last_received_at,
        count(*) as events,
        count(case when event_name = 'page_view' then 1 end) as page_views,
        count(case when event_name = 'view_item' then 1 end) as item_views,
        count(case when event_name = 'search' then 1 end) as searches,
        count(case when event_name = 'add_to_cart' then 1 end) as add_to_carts,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts,
        coalesce(sum(engagement_time_ms), 0) / 1e3 as engaged_time_s
    from visited
    group by visitor_id, run_number, piece
),

with_first_events as (
    select
        md5(counted.visitor_id || ':' || counted.first_event_id) as session_id,
        counted.*,
        events.page_url as landing_page_url,
        {{ url_host('events.page_url') }} as landing_host,
        events.referrer_url,
        {{ url_host('events.referrer_url') }} as referrer_host,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.utm_content,
        events.utm_term,
        events.device_category
    from counted
    inner join events on counted.first_event_id = events.event_id
),

own_hosts as (
    select
        hosts.landing_host,
        min(patterns.traffic_type) as traffic_type
    from (select distinct landing_host from with_first_events) as hosts
    inner join patterns
        on {{ matches_pattern('hosts.landing_host', 'patterns.pattern') }}
    group by hosts.landing_host
),

typed as (
    select
        sessions.*,
        case
            when
                sessions.events >= {{ var('bot_min_events') }}
                and sessions.events * 60.0 > {{ var('bot_events_per_minute') }}
                * {{ elapsed_seconds('session_start_at', 'session_end_at') }}
                then 'bot'
            else coalesce(own_hosts.traffic_type, 'person')
        end as traffic_type
    from with_first_events as sessions
    left join own_hosts on sessions.landing_host = own_hosts.landing_host
),

sessions as (
    select
        typed.*,
        cast(row_number() over (
            partition by visitor_id, traffic_type
            order by session_start_at, session_end_at, session_id
        ) as bigint)
        {%- if is_incremental() %}
        + coalesce(sessions_before.sessions, 0)
        {%- endif %} as session_number
    from typed
    {%- if is_incremental() %}
    left join sessions_before using (visitor_id, traffic_type)
    {%- endif %}
)

select * from sessions

-- What brought every session, and the last channel before it that was not direct.
-- Grain: one row per session of people. UTM fields decide; without any, the referring
-- host does; the shop's own host is no referrer.
with

sessions as (
    select * from {{ ref('int_sessions') }}
    where {{ visitor_changed() }}
        and traffic_type = 'person'
),

referrer_sources as (
    select * from {{ ref('referrer_sources') }}
),

rules as (
    select * from {{ ref('channel_rules') }}
),

-- Patterns are held against the few ways in, not against every session.
ways_in as (
    select distinct
        utm_source,
        utm_medium,
        utm_campaign,
        case when referrer_host is distinct from landing_host then referrer_host end
            as referrer_host
    from sessions
),

numbered as (
    select
        *,
        row_number() over (
            order by utm_source, utm_medium, utm_campaign, referrer_host
        ) as way_in
    from ways_in
),

sourced as (
    select
        numbered.*,
        case
            when coalesce(utm_source, utm_medium, utm_campaign) is not null
                then utm_source
            else coalesce(referrer_sources.source, referrer_host)
        end as source,
        case
            when coalesce(utm_source, utm_medium, utm_campaign) is not null
                then utm_medium
            when referrer_host is not null
                then coalesce(referrer_sources.medium, 'referral')
        end as medium
    from numbered
    left join referrer_sources
        on {{ matches_pattern('referrer_host', 'referrer_sources.host_pattern') }}
    qualify row_number() over (
        partition by way_in order by referrer_sources.host_pattern nulls last
    ) = 1
),

grouped as (
    select
        sourced.*,
        rules.channel_group
    from sourced
    inner join rules
        on
            {{ matches_pattern('sourced.source', 'rules.source_pattern') }}
            and {{ matches_pattern('sourced.medium', 'rules.medium_pattern') }}
            and {{ matches_pattern('sourced.utm_campaign', 'rules.campaign_pattern') }}
    qualify row_number() over (partition by way_in order by rules.priority) = 1
),

joined as (
    select
        sessions.session_id,
        sessions.visitor_id,
        sessions.session_number,
        sessions.session_start_at,
        grouped.source,
        grouped.medium,
        coalesce(grouped.channel_group, 'Unassigned') as channel_group
    from sessions
    left join grouped
        on
            sessions.utm_source is not distinct from grouped.utm_source
            and sessions.utm_medium is not distinct from grouped.utm_medium
            and sessions.utm_campaign is not distinct from grouped.utm_campaign
            and case
                when sessions.referrer_host is distinct from sessions.landing_host
                    then sessions.referrer_host
            end is not distinct from grouped.referrer_host
),

-- The last channel that was not direct, this session's own included.
with_last_non_direct as (
    select
        *,
        last_value(
            case when channel_group <> 'Direct' then channel_group end ignore nulls
        ) over visits_so_far as last_channel_group,
        last_value(
            case when channel_group <> 'Direct' then session_start_at end ignore nulls
        ) over visits_so_far as last_channel_at
    from joined
    window visits_so_far as (
        partition by visitor_id
        order by session_number
        rows between unbounded preceding and current row
    )
),

told as (
    select
        session_id,
        visitor_id,
        source,
        medium,
        channel_group,
        case
            when
                last_channel_at > {{ days_later(
                    'session_start_at', '-' ~ var('last_non_direct_lookback_days')
                ) }}
                then last_channel_group
            else 'Direct'
        end as last_non_direct_channel_group
    from with_last_non_direct
)

select * from told

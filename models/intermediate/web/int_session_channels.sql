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

-- UTM fields say more than a referrer; the shop's own host is none.
entered as (
    select
        *,
        case
            when
                coalesce(utm_source, utm_medium, utm_campaign) is null
                and referrer_host is distinct from landing_host
                then referrer_host
        end as outer_host
    from sessions
),

referrers as (
    select
        hosts.outer_host,
        coalesce(referrer_sources.source, hosts.outer_host) as source,
        coalesce(referrer_sources.medium, 'referral') as medium
    from (
        select distinct outer_host from entered
        where outer_host is not null
    ) as hosts
    left join referrer_sources
        on {{ matches_pattern('hosts.outer_host', 'referrer_sources.host_pattern') }}
    qualify row_number() over (
        partition by hosts.outer_host
        order by referrer_sources.host_pattern nulls last
    ) = 1
),

sourced as (
    select
        entered.session_id,
        entered.visitor_id,
        entered.session_number,
        entered.session_start_at,
        coalesce(entered.utm_source, referrers.source) as source,
        coalesce(entered.utm_medium, referrers.medium) as medium,
        entered.utm_campaign as campaign
    from entered
    left join referrers on entered.outer_host = referrers.outer_host
),

ways_in as (
    select distinct
        source,
        medium,
        campaign
    from sourced
),

grouped as (
    {{ channel_groups('ways_in', 'rules') }}
),

joined as (
    select
        sourced.session_id,
        sourced.visitor_id,
        sourced.session_number,
        sourced.session_start_at,
        sourced.source,
        sourced.medium,
        coalesce(grouped.channel_group, 'Unassigned') as channel_group
    from sourced
    left join grouped
        on
            sourced.source is not distinct from grouped.source
            and sourced.medium is not distinct from grouped.medium
            and sourced.campaign is not distinct from grouped.campaign
),

-- The last channel that was not direct, this session's own included.
with_last_non_direct as (
    select
        *,
        {{ last_known(
            "case when channel_group <> 'Direct' then channel_group end"
        ) }} over visits_so_far as last_channel_group,
        {{ last_known(
            "case when channel_group <> 'Direct' then session_start_at end"
        ) }} over visits_so_far as last_channel_at
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

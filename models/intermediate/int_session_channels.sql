-- Channel group of every way in that sessions came by.
-- Grain: one row per source, medium, campaign, referring host and own host. UTM fields
-- decide; without any, the referring host does; the shop's own host is no referrer.
with

sessions as (
    select * from {{ ref('int_sessions') }}
),

referrer_sources as (
    select * from {{ ref('referrer_sources') }}
),

rules as (
    select * from {{ ref('channel_rules') }}
),

ways_in as (
    select distinct
        utm_source,
        utm_medium,
        utm_campaign,
        {{ url_host('referrer_url') }} as referrer_host,
        {{ url_host('landing_page_url') }} as own_host
    from sessions
),

sourced as (
    select
        ways_in.*,
        case
            when coalesce(utm_source, utm_medium, utm_campaign) is not null
                then utm_source
            when referrer_host is null or referrer_host = own_host then null
            else coalesce(referrer_sources.source, referrer_host)
        end as source,
        case
            when coalesce(utm_source, utm_medium, utm_campaign) is not null
                then utm_medium
            when referrer_host is null or referrer_host = own_host then null
            else coalesce(referrer_sources.medium, 'referral')
        end as medium
    from ways_in
    left join referrer_sources
        on {{ matches_pattern(
            'ways_in.referrer_host', 'referrer_sources.host_pattern'
        ) }}
    qualify row_number() over (
        partition by
            ways_in.utm_source, ways_in.utm_medium, ways_in.utm_campaign,
            ways_in.referrer_host, ways_in.own_host
        order by referrer_sources.host_pattern nulls last
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
    qualify row_number() over (
        partition by
            sourced.utm_source, sourced.utm_medium, sourced.utm_campaign,
            sourced.referrer_host, sourced.own_host
        order by rules.priority
    ) = 1
)

select * from grouped

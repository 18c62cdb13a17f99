-- Visits with the person behind them and the channel they came by.
-- Grain: one row per session. The person is the visitor's, known from identified_at on,
-- which may be after the session.
with

sessions as (
    select * from {{ ref('int_sessions') }}
),

channels as (
    select * from {{ ref('int_session_channels') }}
),

visitors as (
    select * from {{ ref('identity_visitors') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

joined as (
    select
        sessions.*,
        coalesce(customer_ids.customer_id, visitors.customer_id) as customer_id,
        case
            when customer_ids.customer_id is not null
                then least(
                    greatest(sessions.session_end_at, customer_ids.linked_at),
                    case
                        when visitors.customer_id = customer_ids.customer_id
                            then visitors.identified_at
                    end
                )
            else visitors.identified_at
        end as identified_at,
        coalesce(channels.channel_group, 'Unassigned') as channel_group
    from sessions
    left join channels
        on
            sessions.utm_source is not distinct from channels.utm_source
            and sessions.utm_medium is not distinct from channels.utm_medium
            and sessions.utm_campaign is not distinct from channels.utm_campaign
            and {{ url_host('sessions.referrer_url') }}
            is not distinct from channels.referrer_host
            and {{ url_host('sessions.landing_page_url') }}
            is not distinct from channels.own_host
    left join customer_ids
        on sessions.source_customer_id = customer_ids.source_customer_id
    left join visitors on sessions.visitor_id = visitors.visitor_id
),

-- The last channel that was not direct, this session's own included.
with_last_non_direct as (
    select
        joined.*,
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
        customer_id,
        identified_at,
        session_number,
        session_start_at,
        session_end_at,
        last_received_at,
        {{ reporting_date('session_start_at') }} as session_date,
        events,
        page_views,
        item_views,
        searches,
        add_to_carts,
        checkouts,
        purchases,
        revenue,
        '{{ reporting_currency() }}' as currency,
        cast(engaged_time_s as double) as engaged_time_s,
        engaged_time_s >= 10 or purchases > 0 or page_views >= 2 as is_engaged,
        not (engaged_time_s >= 10 or purchases > 0 or page_views >= 2) as is_bounce,
        {{ url_path('landing_page_url') }} as landing_page,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        channel_group,
        case
            when
                last_channel_at > {{ days_later(
                    'session_start_at', '-' ~ var('last_non_direct_lookback_days')
                ) }}
                then last_channel_group
            else 'Direct'
        end as last_non_direct_channel_group,
        device_category
    from with_last_non_direct
)

select * from told

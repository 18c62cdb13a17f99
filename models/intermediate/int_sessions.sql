-- Visits: runs of one visitor's events without a gap of more than the session timeout.
-- Grain: one row per session. Bots are left out. Ties in time are broken by event id, so
-- the same events give the same sessions in whatever order they came.
with

events as (
    select * from {{ ref('stg_store__events') }}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

-- A purchase reported again, as when its page is reloaded, is the first one's.
repeated_purchases as (
    select event_id
    from events
    where event_name = 'purchase' and order_id is not null
    qualify row_number() over (
        partition by order_id order by event_at, event_id
    ) > 1
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

human_events as (
    select
        events.event_id,
        events.visitor_id,
        events.source_customer_id,
        events.event_at,
        events.event_name,
        events.engagement_time_ms,
        events.page_url,
        events.referrer_url,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.utm_content,
        events.utm_term,
        events.device_category,
        events.value,
        events.currency,
        case
            when events.event_name = 'purchase' and repeated_purchases.event_id is null
                then 1
            else 0
        end as is_purchase
    from events
    left join user_agents on events.user_agent = user_agents.user_agent
    left join repeated_purchases on events.event_id = repeated_purchases.event_id
    where not coalesce(user_agents.is_bot, false)
),

with_gaps as (
    select
        *,
        lag(event_at) over (
            partition by visitor_id order by event_at, event_id
        ) as previous_event_at
    from human_events
),

with_starts as (
    select
        *,
        case
            when
                previous_event_at is null
                or event_at > {{ seconds_later(
                    'previous_event_at', var('session_timeout_seconds')
                ) }}
                then 1
            else 0
        end as is_start
    from with_gaps
),

numbered as (
    select
        with_starts.*,
        sum(is_start) over (
            partition by visitor_id
            order by event_at, event_id
            rows between unbounded preceding and current row
        ) as session_number,
        case
            when is_purchase = 1 then round(with_starts.value * rates.rate, 4)
        end as purchase_value
    from with_starts
    left join rates
        on
            with_starts.is_purchase = 1
            and coalesce(with_starts.currency, '{{ reporting_currency() }}')
            = rates.currency
            and {{ reporting_date('with_starts.event_at') }} = rates.date_day
),

sessions as (
    select
        md5(visitor_id || ':' || max(case when is_start = 1 then event_id end))
            as session_id,
        visitor_id,
        cast(session_number as bigint) as session_number,
        max(source_customer_id) as source_customer_id,
        min(event_at) as session_start_at,
        max(event_at) as session_end_at,
        count(*) as events,
        count(case when event_name = 'page_view' then 1 end) as page_views,
        count(case when event_name = 'view_item' then 1 end) as item_views,
        count(case when event_name = 'search' then 1 end) as searches,
        count(case when event_name = 'add_to_cart' then 1 end) as add_to_carts,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts,
        cast(sum(is_purchase) as bigint) as purchases,
        {{ money('coalesce(sum(purchase_value), 0)') }} as revenue,
        coalesce(sum(engagement_time_ms), 0) / 1000.0 as engaged_time_s,
        max(case when is_start = 1 then page_url end) as landing_page_url,
        max(case when is_start = 1 then referrer_url end) as referrer_url,
        max(case when is_start = 1 then utm_source end) as utm_source,
        max(case when is_start = 1 then utm_medium end) as utm_medium,
        max(case when is_start = 1 then utm_campaign end) as utm_campaign,
        max(case when is_start = 1 then utm_content end) as utm_content,
        max(case when is_start = 1 then utm_term end) as utm_term,
        max(case when is_start = 1 then device_category end) as device_category
    from numbered
    group by visitor_id, session_number
)

select * from sessions

-- Visits: runs of one visitor's events without a gap of more than the session timeout.
-- Grain: one row per session. Bots are left out. Ties in time are broken by event id,
-- so the same events give the same sessions in whatever order they came.
with

events as (
    select * from {{ ref('stg_store__events') }}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

-- Only what counting needs goes through the sort; what the first event says is joined
-- to the few sessions afterwards.
human_events as (
    select
        events.event_id,
        events.visitor_id,
        events.source_customer_id,
        events.event_at,
        events.received_at,
        events.event_name,
        events.engagement_time_ms,
        events.order_id,
        events.value,
        events.currency
    from events
    left join user_agents on events.user_agent = user_agents.user_agent
    where not coalesce(user_agents.is_bot, false)
),

-- A purchase that a person's browser reports again, as when its page is reloaded, is
-- the first one's; one that a script reported too is still the person's.
first_purchases as (
    select
        event_id,
        value,
        coalesce(currency, '{{ reporting_currency() }}') as currency,
        {{ reporting_date('event_at') }} as purchase_date
    from human_events
    where event_name = 'purchase'
    qualify row_number() over (
        partition by coalesce(order_id, event_id) order by event_at, event_id
    ) = 1
),

purchases as (
    select
        first_purchases.event_id,
        {{ money('round(first_purchases.value * rates.rate, 4)') }} as purchase_value
    from first_purchases
    left join rates
        on
            first_purchases.currency = rates.currency
            and first_purchases.purchase_date = rates.date_day
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
        *,
        sum(is_start) over (
            partition by visitor_id
            order by event_at, event_id
            rows between unbounded preceding and current row
        ) as session_number
    from with_starts
),

counted as (
    select
        numbered.visitor_id,
        cast(numbered.session_number as bigint) as session_number,
        max(case when numbered.is_start = 1 then numbered.event_id end)
            as first_event_id,
        max(numbered.source_customer_id) as source_customer_id,
        min(numbered.event_at) as session_start_at,
        max(numbered.event_at) as session_end_at,
        max(coalesce(numbered.received_at, numbered.event_at)) as last_received_at,
        count(*) as events,
        count(case when numbered.event_name = 'page_view' then 1 end) as page_views,
        count(case when numbered.event_name = 'view_item' then 1 end) as item_views,
        count(case when numbered.event_name = 'search' then 1 end) as searches,
        count(case when numbered.event_name = 'add_to_cart' then 1 end) as add_to_carts,
        count(case when numbered.event_name = 'begin_checkout' then 1 end) as checkouts,
        count(purchases.event_id) as purchases,
        {{ money('coalesce(sum(purchases.purchase_value), 0)') }} as revenue,
        coalesce(sum(numbered.engagement_time_ms), 0) / 1000.0 as engaged_time_s
    from numbered
    left join purchases on numbered.event_id = purchases.event_id
    group by numbered.visitor_id, numbered.session_number
),

sessions as (
    select
        md5(counted.visitor_id || ':' || counted.first_event_id) as session_id,
        counted.*,
        events.page_url as landing_page_url,
        events.referrer_url,
        events.utm_source,
        events.utm_medium,
        events.utm_campaign,
        events.utm_content,
        events.utm_term,
        events.device_category
    from counted
    inner join events on counted.first_event_id = events.event_id
)

select * from sessions

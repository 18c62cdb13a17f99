-- Visits with the person behind them and the channel they came by.
-- Grain: one row per session. The person is the visitor's, known from identified_at on,
-- which may be after the session.
with

sessions as (
    select * from {{ ref('int_sessions') }}
    where traffic_type = 'person'
),

channels as (
    select * from {{ ref('int_session_channels') }}
),

visitors as (
    select * from {{ ref('identity_visitors') }}
),

purchases as (
    select
        session_id,
        count(*) as purchases,
        sum(purchase_value) as revenue
    from {{ ref('int_purchases') }}
    group by session_id
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
                then {{ least_of([
                    greatest_of(['sessions.session_end_at', 'customer_ids.linked_at']),
                    'case when visitors.customer_id = customer_ids.customer_id'
                    ~ ' then visitors.identified_at end',
                ]) }}
            else visitors.identified_at
        end as identified_at,
        channels.channel_group,
        channels.last_non_direct_channel_group,
        coalesce(purchases.purchases, 0) as purchases,
        {{ money('coalesce(purchases.revenue, 0)') }} as revenue
    from sessions
    inner join channels on sessions.session_id = channels.session_id
    left join purchases on sessions.session_id = purchases.session_id
    left join customer_ids
        on sessions.source_customer_id = customer_ids.source_customer_id
    left join visitors on sessions.visitor_id = visitors.visitor_id
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
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        channel_group,
        last_non_direct_channel_group,
        device_category
    from joined
)

select * from told

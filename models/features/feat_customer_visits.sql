-- What each customer had done on the site in the 90 days before an as_of_date.
-- Grain: one row per as_of_date and customer with a visit in them. A visit counts for a
-- person only once it was known whose it is and all of it was received: visitors become
-- known because they buy, so joining them backwards would leak the purchase.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    where customer_id is not null
),

aged as (
    select
        dates.as_of_date,
        dates.as_of_at,
        sessions.*,
        sessions.session_end_at >= {{ days_later('dates.as_of_at', -7) }} as is_in_7d,
        sessions.session_end_at >= {{ days_later('dates.as_of_at', -30) }} as is_in_30d
    from sessions
    inner join dates
        on
            sessions.session_end_at < dates.as_of_at
            and sessions.session_end_at >= {{ days_later('dates.as_of_at', -90) }}
            and {{ greatest_of([
                'sessions.identified_at', 'sessions.last_received_at'
            ]) }} < dates.as_of_at
),

counted as (
    select
        as_of_date,
        customer_id,
        count(case when is_in_7d then 1 end) as sessions_7d,
        count(case when is_in_30d then 1 end) as sessions_30d,
        count(*) as sessions_90d,
        cast(sum(case when is_in_30d then item_views else 0 end) as bigint)
            as item_views_30d,
        cast(sum(case when is_in_30d then add_to_carts else 0 end) as bigint)
            as add_to_carts_30d,
        cast(sum(case when is_in_30d then searches else 0 end) as bigint)
            as searches_30d,
        cast(sum(item_views) as bigint) as item_views_90d,
        cast(sum(add_to_carts) as bigint) as add_to_carts_90d,
        {{ elapsed_seconds('max(session_end_at)', 'min(as_of_at)') }} / 86400
            as days_since_last_session,
        count(distinct visitor_id) as devices_90d,
        {{ ratio(
            "count(case when device_category = 'mobile' then 1 end)", 'count(*)'
        ) }} as mobile_session_share_90d,
        count(distinct channel_group) as channel_groups_90d,
        {{ ratio(
            "count(case when channel_group like 'Paid %'"
            ~ " or channel_group in ('Display', 'Cross-network') then 1 end)",
            'count(*)'
        ) }} as paid_session_share_90d,
        {{ ratio(
            "count(case when channel_group = 'Email' then 1 end)", 'count(*)'
        ) }} as email_session_share_90d
    from aged
    group by as_of_date, customer_id
)

select * from counted

-- What each customer had done on the site and with campaigns and service strictly
-- before an as_of_date.
-- Grain: one row per as_of_date and customer with any activity before it. What was done
-- counts for a person only once it was known whose it is, and a visit only once all of
-- it was received: visitors become known because they buy, so joining them backwards
-- would leak the purchase.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    where customer_id is not null
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

reviews as (
    select * from {{ ref('fct_reviews') }}
    where customer_id is not null
),

messages as (
    select * from {{ ref('fct_support_messages') }}
    where customer_id is not null
),

activity as (
    select
        customer_id,
        session_end_at as happened_at,
        greatest(identified_at, last_received_at) as known_at,
        1 as sessions,
        item_views,
        add_to_carts,
        searches,
        0 as clicks,
        0 as reviews,
        0 as messages
    from sessions
    union all
    select customer_id, touched_at, identified_at, 0, 0, 0, 0, 1, 0, 0
    from touches
    where touch_type = 'click'
    union all
    select customer_id, reviewed_at, identified_at, 0, 0, 0, 0, 0, 1, 0 from reviews
    union all
    select customer_id, sent_at, identified_at, 0, 0, 0, 0, 0, 0, 1 from messages
),

aged as (
    select
        dates.as_of_date,
        activity.*,
        activity.happened_at >= {{ days_later('dates.as_of_at', -7) }} as is_in_7d,
        activity.happened_at >= {{ days_later('dates.as_of_at', -30) }} as is_in_30d,
        activity.happened_at >= {{ days_later('dates.as_of_at', -90) }} as is_in_90d
    from activity
    inner join dates
        on activity.happened_at < dates.as_of_at and activity.known_at < dates.as_of_at
),

counted as (
    select
        as_of_date,
        customer_id,
        cast(sum(case when is_in_7d then sessions else 0 end) as bigint)
            as sessions_7d,
        cast(sum(case when is_in_30d then sessions else 0 end) as bigint)
            as sessions_30d,
        cast(sum(case when is_in_90d then sessions else 0 end) as bigint)
            as sessions_90d,
        cast(sum(case when is_in_30d then item_views else 0 end) as bigint)
            as item_views_30d,
        cast(sum(case when is_in_30d then add_to_carts else 0 end) as bigint)
            as add_to_carts_30d,
        cast(sum(case when is_in_30d then searches else 0 end) as bigint)
            as searches_30d,
        cast(sum(case when is_in_90d then clicks else 0 end) as bigint)
            as campaign_clicks_90d,
        cast(sum(reviews) as bigint) as reviews,
        cast(sum(case when is_in_90d then messages else 0 end) as bigint)
            as support_messages_90d
    from aged
    group by as_of_date, customer_id
)

select * from counted

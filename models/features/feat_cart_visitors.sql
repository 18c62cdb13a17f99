-- What was known of the visitor of an open cart strictly before a day began.
-- Grain: one row per as_of_at and cart_id of int_open_carts. A visit may go on after
-- the instant, so what was done is counted from events, visits are counted by their
-- start, and a visit says who came only once nothing more could belong to it.
with

open_carts as (
    select * from {{ ref('int_open_carts') }}
),

events as (
    select * from {{ ref('int_session_events') }}
    where not coalesce(is_repeated_purchase, false)
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

visitors as (
    select * from {{ ref('identity_visitors') }}
),

-- Of what is more than a day old only purchases are asked for.
earlier_events as (
    select
        open_carts.as_of_at,
        open_carts.cart_id,
        events.event_name,
        events.event_at,
        events.event_at >= {{ seconds_later('open_carts.as_of_at', -86400) }}
            as is_in_24h
    from open_carts
    inner join events
        on
            open_carts.visitor_id = events.visitor_id
            and events.event_at < open_carts.as_of_at
            and (
                events.event_name = 'purchase'
                or events.event_at >= {{ seconds_later('open_carts.as_of_at', -86400) }}
            )
),

done as (
    select
        as_of_at,
        cart_id,
        count(case when is_in_24h then 1 end) as visitor_events_24h,
        count(case when is_in_24h and event_name = 'view_item' then 1 end)
            as visitor_item_views_24h,
        count(case when event_name = 'purchase' then 1 end) as visitor_purchases,
        max(case when event_name = 'purchase' then event_at end) as last_purchased_at
    from earlier_events
    group by as_of_at, cart_id
),

visited as (
    select
        open_carts.as_of_at,
        open_carts.cart_id,
        count(*) as visitor_sessions,
        count(case
            when
                sessions.identified_at < open_carts.as_of_at
                and {{ seconds_later(
                    'sessions.session_end_at', var('session_timeout_seconds')
                ) }} < open_carts.as_of_at
                then 1
        end) as identified_sessions
    from open_carts
    inner join sessions
        on
            open_carts.visitor_id = sessions.visitor_id
            and sessions.session_start_at < open_carts.as_of_at
    group by open_carts.as_of_at, open_carts.cart_id
),

told as (
    select
        as_of_at,
        cart_id,
        coalesce(visited.visitor_sessions, 0) as visitor_sessions,
        coalesce(done.visitor_events_24h, 0) as visitor_events_24h,
        coalesce(done.visitor_item_views_24h, 0) as visitor_item_views_24h,
        coalesce(done.visitor_purchases, 0) as visitor_purchases,
        {{ elapsed_seconds('done.last_purchased_at', 'as_of_at') }} / 86400
            as days_since_last_purchase,
        case
            when visitors.identified_at < as_of_at or visited.identified_sessions > 0
                then 1
            else 0
        end as is_identified
    from open_carts
    left join done using (as_of_at, cart_id)
    left join visited using (as_of_at, cart_id)
    left join visitors on open_carts.visitor_id = visitors.visitor_id
)

select * from told

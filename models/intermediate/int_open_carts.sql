-- Carts that were open when a day began.
-- Grain: one row per as_of_at and cart. as_of_at is the UTC instant at which a day of
-- the reporting timezone begins. A cart is told of once after each stretch of events:
-- at the first such instant after them, where it had not been bought by then and its
-- timeout had not passed; exactly at the timeout is still in time. Only what came
-- before the instant decides whether the cart is in.
with

period as (
    select * from {{ ref('int_data_period') }}
),

events as (
    select * from {{ ref('int_cart_events') }}
),

followed as (
    select
        events.*,
        lead(event_at) over (
            partition by cart_id order by event_number
        ) as next_event_at,
        cast({{ days_later(reporting_date('event_at'), 1) }} as date) as as_of_date
    from events
),

with_instants as (
    select
        followed.*,
        {{ start_of_reporting_date('as_of_date') }} as as_of_at
    from followed
),

open_carts as (
    select
        events.as_of_date,
        events.as_of_at,
        events.as_of_at = period.as_of_at as is_latest,
        events.cart_id,
        events.visitor_id,
        events.event_at as last_event_at,
        events.event_number as last_event_number
    from with_instants as events
    cross join period
    where
        events.cart_step <> 'purchase'
        and coalesce(events.next_event_at >= events.as_of_at, true)
        and events.as_of_at <= {{ seconds_later(
            'events.event_at', var('cart_timeout_hours') * 3600
        ) }}
        and events.as_of_at <= period.as_of_at
)

select * from open_carts

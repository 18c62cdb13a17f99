-- Whether the visitor of an open cart bought within the conversion horizon from the
-- instant at which a day began.
-- Grain: one row per as_of_at and cart_id of int_open_carts whose visitor reported a
-- purchase in the window, for windows that have closed; a window holds its first
-- instant and not its last. A purchase that is reported again is none.
with

open_carts as (
    select * from {{ ref('int_open_carts') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

purchases as (
    select * from {{ ref('int_session_events') }}
    where event_name = 'purchase' and not coalesce(is_repeated_purchase, false)
),

with_ends as (
    select
        open_carts.*,
        {{ seconds_later(
            'open_carts.as_of_at', var('conversion_horizon_hours') * 3600
        ) }} as window_end_at,
        period.as_of_at as today
    from open_carts
    cross join period
),

converted as (
    select
        with_ends.as_of_date,
        with_ends.as_of_at,
        with_ends.cart_id,
        count(*) as purchases
    from with_ends
    inner join purchases
        on
            with_ends.visitor_id = purchases.visitor_id
            and purchases.event_at >= with_ends.as_of_at
            and purchases.event_at < with_ends.window_end_at
    where with_ends.window_end_at <= with_ends.today
    group by with_ends.as_of_date, with_ends.as_of_at, with_ends.cart_id
)

select * from converted

-- Carts, from the first thing put in to the purchase or the last event.
-- Grain: one row per cart. The cart's own events count up to its purchase; that event
-- is told apart. A cart without one may go on until expires_at, that instant included.
with

events as (
    select * from {{ ref('int_cart_events') }}
    where {{ visitor_changed() }}
),

counted as (
    select
        cart_id,
        visitor_id,
        min(event_at) as opened_at,
        max(case when cart_step <> 'purchase' then event_at end) as last_event_at,
        max(case when cart_step <> 'purchase' then event_number end)
            as last_event_number,
        max(case when cart_step = 'purchase' then event_id end) as purchase_event_id,
        max(case when cart_step = 'purchase' then event_at end) as purchased_at,
        count(case when event_name = 'add_to_cart' then 1 end) as add_to_carts,
        count(case when event_name = 'remove_from_cart' then 1 end)
            as remove_from_carts,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts
    from events
    group by cart_id, visitor_id
),

carts as (
    select
        counted.cart_id,
        counted.visitor_id,
        events.session_id,
        counted.opened_at,
        counted.last_event_at,
        {{ seconds_later(
            'counted.last_event_at', var('cart_timeout_hours') * 3600
        ) }} as expires_at,
        events.cart_step as last_step,
        counted.purchase_event_id,
        counted.purchased_at,
        counted.add_to_carts,
        counted.remove_from_carts,
        counted.checkouts
    from counted
    inner join events
        on
            counted.visitor_id = events.visitor_id
            and counted.last_event_number = events.event_number
)

select * from carts

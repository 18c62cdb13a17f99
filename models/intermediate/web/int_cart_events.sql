-- Events of carts: what visitors did from filling a cart to buying or leaving.
-- Grain: one row per event of a cart. A cart opens with an add_to_cart when none is
-- open, and ends with the visitor's next purchase or once the cart timeout has passed
-- without an event; exactly at the timeout is still in time. What is done to a cart
-- that was never filled is no event of a cart.
with

events as (
    select * from {{ ref('int_session_events') }}
    where
        {{ visitor_changed() }}
        and not coalesce(is_repeated_purchase, false)
        and event_name in (
            'add_to_cart', 'remove_from_cart', 'view_cart', 'begin_checkout',
            'add_shipping_info', 'add_payment_info', 'purchase'
        )
),

stepped as (
    select
        events.*,
        case
            when event_name = 'purchase' then 'purchase'
            when event_name in (
                'begin_checkout', 'add_shipping_info', 'add_payment_info'
            )
                then 'checkout'
            else 'cart'
        end as cart_step
    from events
),

with_previous as (
    select
        stepped.*,
        lag(event_at) over (
            partition by visitor_id order by event_number
        ) as previous_event_at,
        lag(cart_step) over (
            partition by visitor_id order by event_number
        ) as previous_cart_step
    from stepped
),

-- Runs of events in which at most one cart is open.
in_runs as (
    select
        with_previous.*,
        sum(
            case
                when
                    previous_cart_step = 'purchase'
                    or event_at > {{ seconds_later(
                        'previous_event_at', var('cart_timeout_hours') * 3600
                    ) }}
                    then 1
                else 0
            end
        ) over (
            partition by visitor_id
            order by event_number
            rows between unbounded preceding and current row
        ) as run_number
    from with_previous
),

with_openings as (
    select
        in_runs.*,
        min(case when event_name = 'add_to_cart' then event_number end) over (
            partition by visitor_id, run_number
        ) as opening_number
    from in_runs
),

cart_events as (
    select
        event_id,
        md5(visitor_id || ':' || first_value(event_id) over (
            partition by visitor_id, run_number order by event_number
        )) as cart_id,
        visitor_id,
        session_id,
        event_at,
        event_number,
        event_name,
        cart_step,
        product_id,
        quantity,
        value,
        currency
    from with_openings
    where event_number >= opening_number
)

select * from cart_events

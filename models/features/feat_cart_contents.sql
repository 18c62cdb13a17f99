-- What had been done to an open cart strictly before a day began.
-- Grain: one row per as_of_at and cart_id of int_open_carts. A cart may go on after the
-- instant, so everything is counted from its events before it.
with

open_carts as (
    select * from {{ ref('int_open_carts') }}
),

events as (
    select * from {{ ref('int_cart_events') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

-- An event's value is that of all its units.
priced as (
    select
        events.*,
        case
            when events.value >= 0
                then {{ rounded_money('events.value * rates.rate') }}
        end as known_value
    from events
    left join rates
        on
            coalesce(events.currency, '{{ reporting_currency() }}') = rates.currency
            and {{ reporting_date('events.event_at') }} = rates.date_day
),

counted as (
    select
        open_carts.as_of_at,
        open_carts.cart_id,
        min(priced.event_at) as opened_at,
        count(case when event_name = 'add_to_cart' then 1 end) as add_to_carts,
        count(case when event_name = 'remove_from_cart' then 1 end)
            as remove_from_carts,
        count(case when event_name = 'begin_checkout' then 1 end) as checkouts,
        count(distinct case when event_name = 'add_to_cart' then product_id end)
            as products,
        sum(case when event_name = 'add_to_cart' then known_value end) as value_added,
        sum(case when event_name = 'remove_from_cart' then known_value end)
            as value_removed,
        max(case when event_number = last_event_number then cart_step end) as last_step,
        max(case when event_number = last_event_number then session_id end)
            as last_session_id
    from open_carts
    inner join priced
        on
            open_carts.cart_id = priced.cart_id
            and priced.event_number <= open_carts.last_event_number
    group by open_carts.as_of_at, open_carts.cart_id
),

-- Removing more than there is leaves nothing.
told as (
    select
        as_of_at,
        cart_id,
        {{ elapsed_seconds('opened_at', 'as_of_at') }} / 3600 as hours_since_opened,
        add_to_carts,
        remove_from_carts,
        checkouts,
        products,
        case
            when value_added is not null
                then {{ money(greatest_of(
                    ['value_added - coalesce(value_removed, 0)', '0']
                )) }}
        end as cart_value,
        case when last_step = 'checkout' then 1 else 0 end as is_in_checkout,
        last_session_id
    from counted
)

select * from told

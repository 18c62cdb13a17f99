-- What was left in each cart.
-- Grain: one row per cart and product of which something is left. A product that its
-- events do not name is (unknown). Events without a quantity are about one unit.
with

events as (
    select * from {{ ref('int_cart_events') }}
    where
        {{ visitor_changed() }}
        and event_name in ('add_to_cart', 'remove_from_cart')
),

counted as (
    select
        events.*,
        {{ greatest_of(['coalesce(quantity, 1)', '0']) }} as units
    from events
),

-- An event's value is that of all its units.
priced as (
    select
        cart_id,
        visitor_id,
        coalesce(product_id, '(unknown)') as product_id,
        event_number,
        case when event_name = 'add_to_cart' then units else -units end as units_added,
        case
            when value >= 0
                then {{ rounded_money(ratio('value', 'units')) }}
        end as unit_price,
        coalesce(currency, '{{ reporting_currency() }}') as currency
    from counted
),

running as (
    select
        priced.*,
        sum(units_added) over (
            partition by cart_id, product_id
            order by event_number
            rows between unbounded preceding and current row
        ) as balance,
        max(case when unit_price is not null then event_number end) over (
            partition by cart_id, product_id
        ) as last_priced_number
    from priced
),

-- Removing more than there is leaves nothing, so whatever the balance fell below zero
-- by was not taken out.
lines as (
    select
        cart_id,
        visitor_id,
        product_id,
        cast(
            sum(units_added) - {{ least_of(['min(balance)', '0']) }} as bigint
        ) as quantity,
        max(case when event_number = last_priced_number then unit_price end)
            as unit_price,
        max(case when event_number = last_priced_number then currency end) as currency
    from running
    group by cart_id, visitor_id, product_id
),

left_in as (
    select * from lines
    where quantity > 0
)

select * from left_in

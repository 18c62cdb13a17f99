-- Visitors whose carts do not hold each of their add_to_cart events once, or hold more
-- of something than was put in.
with

events as (
    select
        visitor_id,
        count(*) as add_to_carts,
        sum({{ greatest_of(['coalesce(quantity, 1)', '0']) }}) as units
    from {{ ref('int_session_events') }}
    where event_name = 'add_to_cart'
    group by visitor_id
),

carts as (
    select visitor_id, sum(add_to_carts) as add_to_carts
    from {{ ref('int_carts') }}
    group by visitor_id
),

lines as (
    select visitor_id, sum(quantity) as units
    from {{ ref('int_cart_lines') }}
    group by visitor_id
)

select
    coalesce(events.visitor_id, carts.visitor_id) as visitor_id,
    events.add_to_carts as add_to_carts_expected,
    carts.add_to_carts,
    events.units as most_units,
    lines.units
from events
full outer join carts on events.visitor_id = carts.visitor_id
left join lines on carts.visitor_id = lines.visitor_id
where
    events.visitor_id is null
    or carts.visitor_id is null
    or events.add_to_carts <> carts.add_to_carts
    or coalesce(lines.units, 0) > events.units

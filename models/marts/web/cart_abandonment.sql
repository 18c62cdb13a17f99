-- Carts that were left with something in them, and whether it was bought after all.
-- Grain: one row per abandoned cart. A cart whose timeout had not passed at the as-of
-- instant is open and not here. Channel, device and person are those of the cart's last
-- session.
with

carts as (
    select * from {{ ref('int_cart_outcomes') }}
    where cart_status = 'abandoned'
),

lines as (
    select * from {{ ref('abandoned_cart_lines') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

recoveries as (
    select * from {{ ref('cart_recoveries') }}
),

totals as (
    select
        cart_id,
        count(*) as products,
        cast(sum(quantity) as bigint) as quantity,
        {{ money('sum(value)') }} as cart_value
    from lines
    group by cart_id
),

told as (
    select
        carts.cart_id,
        carts.visitor_id,
        sessions.customer_id,
        carts.session_id,
        carts.opened_at,
        carts.last_event_at as abandoned_at,
        carts.last_event_date as abandoned_date,
        totals.products,
        totals.quantity,
        totals.cart_value,
        '{{ reporting_currency() }}' as currency,
        coalesce(sessions.channel_group, 'Unassigned') as channel_group,
        coalesce(sessions.device_category, '(not set)') as device_category,
        carts.last_step,
        recoveries.order_id is not null as is_recovered,
        recoveries.order_id as recovered_order_id,
        recoveries.recovered_at,
        recoveries.recovered_by,
        recoveries.recovery_hours,
        recoveries.recovered_value
    from carts
    inner join totals on carts.cart_id = totals.cart_id
    left join sessions on carts.session_id = sessions.session_id
    left join recoveries on carts.cart_id = recoveries.cart_id
)

select * from told

-- Carts with what became of them by the as-of instant.
-- Grain: one row per cart. Whatever was left or emptied, a cart that may still go on is
-- open: an event exactly at expires_at would belong to it, and is not known before the
-- instant after.
with

period as (
    select * from {{ ref('int_data_period') }}
),

carts as (
    select * from {{ ref('int_carts') }}
),

lines as (
    select * from {{ ref('int_cart_lines') }}
),

filled as (
    select distinct cart_id from lines
),

judged as (
    select
        carts.cart_id,
        carts.visitor_id,
        carts.session_id,
        carts.opened_at,
        carts.last_event_at,
        carts.expires_at,
        carts.last_step,
        carts.purchase_event_id,
        carts.purchased_at,
        carts.add_to_carts,
        carts.remove_from_carts,
        carts.checkouts,
        {{ reporting_date('carts.last_event_at') }} as last_event_date,
        case
            when carts.purchase_event_id is not null then 'purchased'
            when carts.expires_at >= period.as_of_at then 'open'
            when filled.cart_id is not null then 'abandoned'
            else 'emptied'
        end as cart_status
    from carts
    cross join period
    left join filled on carts.cart_id = filled.cart_id
)

select * from judged

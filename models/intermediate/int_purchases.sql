-- What people bought on the site, as their browsers report it.
-- Grain: one row per order, or per purchase event where that names no order. A purchase
-- that is reported again, as when its page is reloaded, is the first one's.
with

events as (
    select * from {{ ref('int_session_events') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

first_purchases as (
    select
        event_id,
        visitor_id,
        session_id,
        order_id,
        product_id,
        quantity,
        event_at as purchased_at,
        {{ reporting_date('event_at') }} as purchase_date,
        value,
        coalesce(currency, '{{ reporting_currency() }}') as currency
    from events
    where event_name = 'purchase'
    qualify row_number() over (
        partition by coalesce(order_id, event_id) order by event_at, event_id
    ) = 1
),

converted as (
    select
        first_purchases.event_id,
        first_purchases.visitor_id,
        first_purchases.session_id,
        first_purchases.order_id,
        first_purchases.product_id,
        first_purchases.quantity,
        first_purchases.purchased_at,
        {{ rounded_money('first_purchases.value * rates.rate') }} as purchase_value
    from first_purchases
    left join rates
        on
            first_purchases.currency = rates.currency
            and first_purchases.purchase_date = rates.date_day
)

select * from converted

-- Purpose: what the orders export holds, and whether its lines add up.
-- Grain: one row per kind; an order may be of several.

with

orders as (
    select
        order_id,
        any_value(email) as email,
        any_value(subtotal) as subtotal,
        any_value(total) as total,
        any_value(cancelled_at) as cancelled_at,
        any_value(refunded_amount) as refunded_amount,
        sum(amount) - any_value(order_discount) as charged,
    from accepted_orders
    group by order_id
)

select 'Orders' as label, count(*) as rows, sum(total) as amount from orders
union all
select 'Without an e-mail', count(*), sum(total) from orders
where email is null
union all
select 'Cancelled', count(*), sum(total) from orders
where cancelled_at is not null
union all
select 'With refunds', count(*), sum(refunded_amount) from orders
where refunded_amount > 0
union all
select 'Lines do not add up to the subtotal', count(*), sum(subtotal - charged)
from orders
where charged <> subtotal

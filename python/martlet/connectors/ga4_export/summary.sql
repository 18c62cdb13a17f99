-- Purpose: what kinds of events the export has, before any was refused.
-- Grain: one row per kind.

with

purchases as (
    select
        amount,
        list_sum(list_transform(
            products, lambda item: item.price * coalesce(item.quantity, 1)
        )) as items_amount,
    from accepted_events
    where event_name = 'purchase'
)

select 'Events' as label, count(*) as rows, null as amount from events
union all
select 'Purchases', count(*), sum(amount) from purchases
union all
select 'Purchases whose items do not add up to the value', count(*),
    sum(amount - items_amount)
from purchases
where amount is distinct from items_amount
union all
select 'Refunds', count(*), sum(amount) from accepted_events
where event_name = 'refund'

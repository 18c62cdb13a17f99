-- Purpose: what was refunded. The export has one sum per order, of all its refunds.
-- Grain: one row per order with a refund.
-- Time rule: the export does not say when. A refund is dated by the cancellation, or
-- else by the last that the order's own columns say happened: it was made then or
-- later.

select
    order_id || '-refunds' as return_id,
    order_id,
    any_value(refunded_amount) as refund_amount,
    coalesce(any_value(cancelled_at), any_value(last_seen_at)) as returned_at,
from accepted_orders
where refunded_amount > 0
group by order_id

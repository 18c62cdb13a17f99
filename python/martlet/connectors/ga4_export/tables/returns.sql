-- Purpose: what was refunded. An order can be refunded in several events.
-- Grain: one row per refund event that says how much.

select
    event_id as return_id,
    order_id,
    nullif(product.item_id, '(not set)') as product_id,
    product.quantity as quantity,
    amount as refund_amount,
    event_at as returned_at,
from accepted_events
where event_name = 'refund'
    and order_id is not null
    and amount >= 0
qualify row_number() over (partition by event_id order by source_row) = 1

-- Purpose: what was refunded. An order can be refunded in several events.
-- Grain: one row per refund event that says how much.

select
    id as return_id,
    order_id,
    amount as refund_amount,
    coalesce(timestamp, original_timestamp, received_at) as returned_at,
from accepted_tracks
where event = 'order_refunded'
    and order_id is not null
    and amount >= 0
qualify row_number() over (partition by id order by received_at desc, source_row) = 1

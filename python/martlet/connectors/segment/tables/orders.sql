-- Purpose: orders, as far as Order Completed tells them. One that browser and server
-- both sent is the same order.
-- Grain: one row per order id, from its first purchase event.
-- Time rule: an order is placed when its first purchase event happened.

select
    sale_id as order_id,
    user_id as customer_id,
    anonymous_id as visitor_id,
    email,
    coalesce(timestamp, original_timestamp, received_at) as ordered_at,
    -- The shop called it completed; Order Cancelled stays an event.
    'completed' as status,
    order_currency as currency,
    discount_amount,
    shipping_amount,
    tax_amount,
    coupon_code,
from accepted_tracks
where sale_id is not null
qualify row_number() over (partition by sale_id order by ordered_at, id) = 1

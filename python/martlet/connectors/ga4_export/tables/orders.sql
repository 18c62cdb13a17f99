-- Purpose: orders, as far as purchase events tell them. A purchase that is sent again,
-- as when the thank-you page is opened twice, is the same order.
-- Grain: one row per transaction id, from its first purchase event.
-- Time rule: an order is placed when its first purchase event happened.

select
    sale_id as order_id,
    customer_id,
    visitor_id,
    event_at as ordered_at,
    -- The shop called it a purchase; later states are not in the export.
    'completed' as status,
    order_currency as currency,
    shipping_amount,
    tax_amount,
    coupon_code,
from accepted_events
where sale_id is not null
qualify row_number() over (partition by sale_id order by event_at, event_id) = 1

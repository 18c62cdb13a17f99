-- Purpose: what was sold.
-- Grain: one row per accepted row of the orders export.

select
    source_row,
    'orders' as source_input,
    order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    line_discount as discount_amount,
    amount as line_amount,
from accepted_orders

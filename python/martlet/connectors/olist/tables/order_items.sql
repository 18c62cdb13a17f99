-- Purpose: what was sold. Two units of a product are two items.
-- Grain: one row per unit.

select
    'order_items' as source_input,
    source_row,
    order_id,
    order_item_id as line_number,
    product_id,
    1 as quantity,
    price as unit_price,
    price as line_amount,
from accepted_order_items

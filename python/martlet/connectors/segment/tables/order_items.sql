-- Purpose: what was sold.
-- Grain: one row per product of an order's first purchase event.

with

purchases as (
    select
        sale_id as order_id,
        coalesce(timestamp, original_timestamp, received_at) as ordered_at,
        items,
    from accepted_tracks
    where sale_id is not null
    qualify row_number() over (partition by sale_id order by ordered_at, id) = 1
),

lines as (
    select
        order_id,
        generate_subscripts(items, 1) as line_number,
        unnest(items) as item,
    from purchases
)

select
    order_id,
    line_number,
    coalesce(item.product_id, item.sku) as product_id,
    coalesce(item.quantity, 1) as quantity,
    item.price as unit_price,
from lines

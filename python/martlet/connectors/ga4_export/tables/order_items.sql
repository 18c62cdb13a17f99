-- Purpose: what was sold. The price is what was charged for a unit, discounts taken
-- off.
-- Grain: one row per item of an order's first purchase event.

with

purchases as (
    select
        sale_id as order_id,
        products,
    from accepted_events
    where sale_id is not null
    qualify row_number() over (partition by sale_id order by event_at, event_id) = 1
),

items as (
    select
        order_id,
        generate_subscripts(products, 1) as line_number,
        unnest(products) as product,
    from purchases
)

select
    order_id,
    line_number,
    nullif(product.item_id, '(not set)') as product_id,
    -- One, says GA4, where it is not specified.
    coalesce(product.quantity, 1) as quantity,
    product.price as unit_price,
from items

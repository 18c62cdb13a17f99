-- Purpose: the catalogue that the events imply: what was last said of each item.
-- Grain: one row per item id.

with

shown as (
    select
        (event_at, event_id) as shown_at,
        currency,
        unnest(products, recursive := true),
    from accepted_events
)

select
    item_id as product_id,
    arg_max(item_name, shown_at) as product_name,
    arg_max(item_category, shown_at) as category,
    arg_max(item_brand, shown_at) as brand,
    arg_max(price, shown_at) filter (price >= 0) as price,
    arg_max(currency, shown_at) filter (price >= 0) as currency,
from shown
where item_id <> '(not set)'
group by item_id

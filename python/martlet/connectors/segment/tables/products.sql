-- Purpose: the catalogue that the events imply: what was last said of each product.
-- Grain: one row per product id.

with

shown as (
    select
        product_id,
        product_name,
        category,
        brand,
        price,
        currency,
        coalesce(timestamp, original_timestamp, received_at) as shown_at,
        id,
    from accepted_tracks
    union all
    select
        coalesce(item.product_id, item.sku),
        item.name,
        item.category,
        item.brand,
        item.price,
        currency,
        coalesce(timestamp, original_timestamp, received_at),
        id,
    from (select *, unnest(items) as item from accepted_tracks)
),

ordered as (
    select
        *,
        (shown_at, id) as position,
    from shown
    where product_id is not null
)

select
    product_id,
    arg_max(product_name, position) as product_name,
    arg_max(category, position) as category,
    arg_max(brand, position) as brand,
    arg_max(price, position) filter (price >= 0) as price,
    arg_max(currency, position) filter (price >= 0) as currency,
from ordered
group by product_id

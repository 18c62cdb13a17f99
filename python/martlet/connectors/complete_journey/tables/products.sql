-- Purpose: the catalogue. Articles have no name of their own; type and package are the
-- closest to one. Brand says whose label it is, National or Private, and no more.
-- Grain: one row per product.

select
    'products' as source_input,
    source_row,
    product_id,
    nullif(concat_ws(', ', product_type, package_size), '') as product_name,
    nullif(concat_ws(' > ', department, product_category), '') as category,
    brand,
from accepted_products

-- Purpose: the catalogue. Names were left out when it was published, and prices are the
-- sellers'. A category without a translation keeps its Portuguese name.
-- Grain: one row per product.

select
    'products' as source_input,
    products.source_row,
    product_id,
    coalesce(product_category_name_english, product_category_name) as category,
from accepted_products as products
left join accepted_translations using (product_category_name)

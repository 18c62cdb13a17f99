-- Purpose: the catalogue. What Shopify calls a variant is a product here; the export
-- has no ids, so a variant goes by its SKU, or by its name where it has none.
-- Grain: one row per accepted row of the products export.

select
    source_row,
    'products' as source_input,
    coalesce(sku, product_name) as product_id,
    product_name,
    category,
    vendor as brand,
    price,
    unit_cost,
    -- Prices are in the shop's currency, which the export does not name.
    cast(getvariable('reporting_currency') as varchar) as currency,
from accepted_products

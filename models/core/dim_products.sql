-- Products, those that only orders name included.
-- Grain: one row per product.
with

products as (
    select * from {{ ref('int_products') }}
),

described as (
    select
        product_id,
        product_name,
        category,
        brand,
        is_merchandise,
        price,
        unit_cost,
        currency,
        launched_at,
        discontinued_at
    from products
)

select * from described

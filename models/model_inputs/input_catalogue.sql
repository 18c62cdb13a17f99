-- What recommenders know of products.
-- Grain: one row per purpose and product.
{{ config(materialized='view') }}
with

products as (
    select * from {{ ref('feat_products') }}
),

catalogue as (
    select
        purpose,
        as_of_date,
        product_id,
        product_name,
        category,
        brand,
        cast(price as double) as price,
        is_available
    from products
)

select * from catalogue

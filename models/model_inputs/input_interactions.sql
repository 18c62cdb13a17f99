-- What each customer bought, weighed by how long ago, as recommenders learn it.
-- Grain: one row per purpose, customer and product.
{{ config(materialized='view') }}
with

bought as (
    select * from {{ ref('feat_customer_products') }}
),

interactions as (
    select
        purpose,
        as_of_date,
        customer_id,
        product_id,
        interest as weight,
        is_offerable
    from bought
)

select * from interactions

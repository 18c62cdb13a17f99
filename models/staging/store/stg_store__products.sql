-- The catalogue.
-- Grain: one row per product; of several versions the latest.
with

source as (
    select * from {{ source('store', 'products') }}
),

renamed as (
    select
        product_id,
        product_name,
        category,
        brand,
        price,
        unit_cost,
        upper(trim(currency)) as currency,
        launched_at,
        discontinued_at,
        load_id
    from source
    where product_id is not null
),

latest as (
    {{ latest_version('renamed', key=['product_id']) }}
)

select * from latest

-- Products with what holds for their category.
-- Grain: one row per product, those that only orders name included.
with

products as (
    select * from {{ ref('stg_store__products') }}
),

items as (
    select distinct product_id from {{ ref('stg_store__order_items') }}
    where product_id is not null
),

rules as (
    select * from {{ ref('category_rules') }}
),

named as (
    select product_id from products
    union
    select product_id from items
),

described as (
    select
        named.product_id,
        products.product_name,
        products.category,
        products.brand,
        products.price,
        products.unit_cost,
        coalesce(products.currency, '{{ reporting_currency() }}') as currency,
        products.launched_at,
        products.discontinued_at,
        coalesce(own.is_merchandise, fallback.is_merchandise) as is_merchandise,
        coalesce(own.assumed_margin_rate, fallback.assumed_margin_rate)
            as assumed_margin_rate
    from named
    left join products on named.product_id = products.product_id
    left join rules as own on products.category = own.category
    cross join (select * from rules where category = '(any)') as fallback
)

select * from described

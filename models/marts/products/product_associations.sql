-- Which products are bought together, by order and by customer, ever and lately.
-- Grain: one row per basket_type, period, product and associated product, both
-- directions, the best by cosine similarity for each product.
with

associations as (
    select * from {{ ref('feat_associations') }}
    where item_type = 'product' and purpose = 'serving'
),

told as (
    select
        as_of_date,
        basket_type,
        period,
        item_1 as product_1,
        item_2 as product_2,
        {{ association_measures() }}
    from associations
)

select * from told

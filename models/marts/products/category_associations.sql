-- Which categories are bought together, by order and by customer, ever and lately.
-- Grain: one row per basket_type, period, category and associated category, both
-- directions, the best by cosine similarity for each category.
with

associations as (
    select * from {{ ref('feat_associations') }}
    where item_type = 'category' and purpose = 'serving'
),

told as (
    select
        as_of_date,
        basket_type,
        period,
        item_1 as category_1,
        item_2 as category_2,
        {{ association_measures() }}
    from associations
)

select * from told

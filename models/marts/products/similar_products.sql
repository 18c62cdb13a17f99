-- What is like each product: by what it is, once a model has compared that, and after
-- that by who buys it.
-- Grain: one row per product and similar product that may be offered now.
with

alike as (
    select * from {{ ref('pred_product_similarities') }}
),

associations as (
    select * from {{ ref('feat_associations') }}
    where
        item_type = 'product'
        and basket_type = 'customer'
        and purpose = 'serving'
        and period = 'all_time'
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving'
),

proposed as (
    select
        product_id,
        similar_product_id,
        similarity,
        'content' as based_on,
        rank as place
    from alike
    union all
    select
        item_1,
        item_2,
        cosine_similarity,
        'customers',
        1000 + rank
    from associations
),

once as (
    select * from proposed
    qualify row_number() over (
        partition by product_id, similar_product_id order by place
    ) = 1
),

numbered as (
    select
        products.as_of_date,
        once.product_id,
        row_number() over (partition by once.product_id order by once.place) as rank,
        once.similar_product_id,
        once.similarity,
        once.based_on
    from once
    inner join products on once.product_id = products.product_id
    inner join products as offered
        on once.similar_product_id = offered.product_id and offered.is_available
),

told as (
    select
        as_of_date,
        product_id,
        cast(rank as bigint) as rank,
        similar_product_id,
        similarity,
        based_on
    from numbered
    where rank <= {{ var('recommendation_product_list_length') }}
)

select * from told

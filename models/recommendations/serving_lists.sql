-- The lists that are served.
-- Grain: one row per customer and product.
with

candidates as (
    select * from {{ ref('serving_candidates') }}
),

everyone as (
    select * from {{ ref('input_seekers') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving' and is_available
),

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'serving'
),

ignored as (
    select * from {{ ref('feat_ignored_recommendations') }}
    where purpose = 'serving'
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'serving'
),

served as (
    select * from {{ ref('served_recommender') }}
),

seekers as (
    select
        served.algorithm,
        everyone.*
    from everyone
    cross join served
),

{{ recommendation_lists() }}

told as (
    select
        algorithm,
        customer_id,
        product_id,
        rank,
        score,
        because_product_id,
        fallback_reason
    from lists
)

select * from told

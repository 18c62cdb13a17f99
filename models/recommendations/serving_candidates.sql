-- What the recommender that serves proposes now.
-- Grain: one row per customer and product.
with

served as (
    select * from {{ ref('served_recommender') }}
),

everyone as (
    select * from {{ ref('input_seekers') }}
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'serving'
),

history as (
    select * from {{ ref('feat_customer_products') }}
    where
        purpose = 'serving'
        and interest_rank <= {{ var('recommendation_history_products') }}
),

associations as (
    select * from {{ ref('feat_associations') }}
    where
        purpose = 'serving'
        and period = 'all_time'
        and item_type = 'product'
        and rank <= {{ var('recommendation_neighbours') }}
),

fitted as (
    select * from {{ ref('pred_recommendation_candidates') }}
),

seekers as (
    select
        served.algorithm,
        everyone.customer_id,
        everyone.segment
    from everyone
    cross join served
),

computed as (
    {{ sql_candidates() }}
),

candidates as (
    select algorithm, customer_id, product_id, score, because_product_id from computed
    union all
    select
        fitted.algorithm,
        fitted.customer_id,
        fitted.product_id,
        fitted.score,
        fitted.because_product_id
    from fitted
    inner join served on fitted.run_id = served.run_id
)

select * from candidates

-- The best that the recommender that serves proposes now, of what may be offered.
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

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'serving'
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving' and is_available
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

history as (
    select * from bought
    where interest_rank <= {{ var('recommendation_history_products') }}
),

computed as (
    {{ sql_candidates() }}
),

proposed as (
    select
        algorithm,
        customer_id,
        product_id,
        score,
        cast(null as {{ dbt.type_string() }}) as because_product_id
    from computed
    union all
    select
        fitted.algorithm,
        fitted.customer_id,
        fitted.product_id,
        fitted.score,
        fitted.because_product_id
    from fitted
    inner join served on fitted.run_id = served.run_id
),

candidates as (
    {{ best_offerable('proposed') }}
)

select * from candidates

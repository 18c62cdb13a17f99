-- The best that each recommender would have proposed at the trial, of what could be
-- offered.
-- Grain: one row per algorithm, customer and product.
with

trial_seekers as (
    select * from {{ ref('input_seekers_holdout') }}
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'trial'
),

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'trial'
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'trial' and is_available
),

associations as (
    select * from {{ ref('feat_associations') }}
    where
        purpose = 'trial'
        and item_type = 'product'
        and rank <= {{ var('recommendation_neighbours') }}
),

fitted as (
    select * from {{ ref('pred_recommendation_trials') }}
),

seekers as (
    {%- for algorithm in sql_recommenders() %}
    select
        '{{ algorithm }}' as algorithm,
        customer_id,
        segment
    from trial_seekers
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
),

candidates as (
    {{ best_offerable('proposed') }}
)

select * from candidates

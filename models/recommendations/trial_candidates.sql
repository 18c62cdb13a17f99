-- What each recommender would have proposed at the trial.
-- Grain: one row per algorithm, customer and product.
with

trial_seekers as (
    select * from {{ ref('input_seekers_holdout') }}
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'trial'
),

history as (
    select * from {{ ref('feat_customer_products') }}
    where
        purpose = 'trial'
        and interest_rank <= {{ var('recommendation_history_products') }}
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

computed as (
    {{ sql_candidates() }}
),

candidates as (
    select algorithm, customer_id, product_id, score, because_product_id from computed
    union all
    select algorithm, customer_id, product_id, score, because_product_id from fitted
)

select * from candidates

-- The list that each recommender would have served at the trial, by the rules that are
-- served by.
-- Grain: one row per algorithm, customer and product.
with

candidates as (
    select * from {{ ref('trial_candidates') }}
),

trial_seekers as (
    select * from {{ ref('input_seekers_holdout') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'trial' and is_available
),

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'trial'
),

ignored as (
    select * from {{ ref('feat_ignored_recommendations') }}
    where purpose = 'trial'
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'trial'
),

algorithms as (
    select distinct algorithm from candidates
),

seekers as (
    select
        algorithms.algorithm,
        trial_seekers.*
    from trial_seekers
    cross join algorithms
),

{{ recommendation_lists() }}

told as (
    select
        algorithm,
        customer_id,
        product_id,
        rank,
        score,
        fallback_reason
    from lists
)

select * from told

-- The same features at the latest as_of_date.
-- Grain: one row per customer.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

selected as (
    select
        {{ customer_feature_columns('features') }}
    from features
)

select * from selected

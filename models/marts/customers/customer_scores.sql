-- How likely each customer is to do what each model foretells, and why. Empty until
-- scoring has run.
-- Grain: one row per model and customer.
with

scores as (
    select * from {{ ref('pred_customer_scores') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

told as (
    select
        scores.as_of_date,
        scores.customer_id,
        scores.model_name,
        scores.model_version,
        scores.run_id,
        scores.score,
        scores.percentile,
        scores.decile,
        scores.label_horizon_days,
        scores.reason_1,
        scores.reason_2,
        scores.reason_3,
        scores.scored_at,
        {{ is_stale('scores.as_of_date', 'period.as_of_date') }} as is_stale
    from scores
    cross join period
)

select * from told

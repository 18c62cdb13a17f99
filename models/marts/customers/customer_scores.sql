-- How likely each customer is to do what each model predicts, and why. Empty until
-- scoring has run.
-- Grain: one row per model and customer.
with

scores as (
    select * from {{ ref('pred_customer_scores') }}
),

told as (
    select
        as_of_date,
        customer_id,
        model_name,
        model_version,
        run_id,
        score,
        percentile,
        decile,
        label_horizon_days,
        reason_1,
        reason_2,
        reason_3,
        scored_at
    from scores
)

select * from told

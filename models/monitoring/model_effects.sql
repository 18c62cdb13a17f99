-- What moves each target over all its rows: by which factor the odds change with one
-- standard deviation more of a feature, all others alike.
-- Grain: one row per model and term. Of boosting it tells the logistic regression that
-- gives its reasons. Empty until the models have run.
with

coefficients as (
    select * from {{ ref('pred_model_coefficients') }}
),

told as (
    select
        run_id,
        model_name,
        feature,
        term,
        coefficient,
        exp(coefficient) as odds_ratio,
        cast(row_number() over (
            partition by model_name order by abs(coefficient) desc, term
        ) as bigint) as effect_rank
    from coefficients
)

select * from told

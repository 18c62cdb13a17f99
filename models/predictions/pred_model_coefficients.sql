-- Coefficients of the models that serve.
-- Grain: one row per model and term.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
    where step = 'train'
),

outputs as (
    select * from {{ source('ml', 'model_coefficients') }}
),

served as (
    select
        runs.model_name,
        outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from served

-- What fitted recommenders would have proposed at the trial, by the latest run.
-- Grain: one row per algorithm, customer and product.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'recommendation_trials') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

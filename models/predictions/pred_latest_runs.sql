-- The latest successful run of each model.
-- Grain: one row per model.
with

runs as (
    select * from {{ source('ml', 'model_runs') }}
    where status = 'success'
),

latest as (
    select * from runs
    qualify row_number() over (partition by model_name order by run_number desc) = 1
)

select * from latest

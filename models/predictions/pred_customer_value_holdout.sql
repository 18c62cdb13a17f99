-- What the latest successful run foretold of a time already over, beside what happened.
-- Grain: one row per frequency before that time.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'customer_value_holdout') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

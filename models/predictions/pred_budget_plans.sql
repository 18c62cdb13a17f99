-- How a budget is best split over channels, by the latest successful run.
-- Grain: one row per channel.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'budget_plans') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

-- What treating the customers ranked first would have gained in the campaign that
-- judged the latest successful run.
-- Grain: one row per depth.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'uplift_curves') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

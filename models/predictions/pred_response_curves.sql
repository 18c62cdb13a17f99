-- What a week's revenue gains by each channel's spend, by the latest successful run.
-- Grain: one row per channel and draw.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'response_curves') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

-- Models of campaigns' returns that the latest successful run compared.
-- Grain: one row per candidate and validation.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'roi_forecast_candidates') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

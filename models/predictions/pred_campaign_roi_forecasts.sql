-- What planned campaigns are foretold to return by the latest successful run.
-- Grain: one row per campaign.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'campaign_roi_forecasts') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

-- What each channel brought, by the latest successful run.
-- Grain: one row per channel.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'media_channels') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

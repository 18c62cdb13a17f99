-- Rows that the models that serve were judged on when they were trained.
-- Grain: one row per model and entity_id.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
    where step = 'train'
),

outputs as (
    select * from {{ source('ml', 'evaluation_scores') }}
),

served as (
    select
        runs.model_name,
        outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from served

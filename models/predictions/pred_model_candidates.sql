-- Algorithms that were compared when the models that serve were trained.
-- Grain: one row per model and algorithm.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
    where step = 'train'
),

outputs as (
    select * from {{ source('ml', 'model_candidates') }}
),

served as (
    select
        runs.model_name,
        outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from served

-- Quality of the models that serve, at the time they were fitted and since.
-- Grain: one row per model, metric and what it was judged on; judged twice on the same,
-- the earlier run says, which knows the baseline too.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'model_metrics') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
    qualify row_number() over (
        partition by outputs.model_name, outputs.metric_name, outputs.evaluated_on
        order by runs.run_number
    ) = 1
)

select * from latest

-- The runs whose outputs are served: of each model's steps the latest that succeeded;
-- of training the one that was promoted last.
-- Grain: one row per model and step.
with

runs as (
    select * from {{ source('ml', 'model_runs') }}
    where status = 'success'
),

promotions as (
    select * from {{ source('ml', 'model_promotions') }}
),

served as (
    select
        model_name,
        run_id
    from promotions
    qualify row_number() over (
        partition by model_name order by promotion_number desc
    ) = 1
),

-- What was judged since speaks of the model that serves, not of one that it replaced.
eligible as (
    select runs.*
    from runs
    left join served on runs.model_name = served.model_name
    where
        runs.step in ('fit', 'score')
        or (runs.step = 'train' and runs.run_id = served.run_id)
        or (runs.step = 'evaluate' and runs.trained_by = served.run_id)
),

latest as (
    select * from eligible
    qualify row_number() over (
        partition by model_name, step order by run_number desc
    ) = 1
)

select * from latest

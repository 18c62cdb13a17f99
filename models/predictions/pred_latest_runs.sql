-- The runs whose outputs are served: of each model's steps the latest that succeeded;
-- of training the one that was promoted last. What was foretold of campaigns is served
-- only until the data no longer allow it, and what was fitted on another run, as a plan
-- on curves, only as long as that one is.
-- Grain: one row per model and step.
with

runs as (
    select * from {{ source('ml', 'model_runs') }}
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

numbered as (
    select
        runs.*,
        max(run_number) over (partition by model_name) as last_run_number
    from runs
),

-- What was judged since speaks of the model that serves, not of one that it replaced.
eligible as (
    select runs.*
    from numbered as runs
    left join served on runs.model_name = served.model_name
    where runs.status = 'success' and (
        runs.model_name not in ('uplift', 'campaign_roi', 'media_mix', 'budget_plan')
        or runs.run_number = runs.last_run_number
    ) and (
        runs.step in ('fit', 'score')
        or (runs.step = 'train' and runs.run_id = served.run_id)
        or (runs.step = 'evaluate' and runs.trained_by = served.run_id)
    )
),

latest as (
    select * from eligible
    qualify row_number() over (
        partition by model_name, step order by run_number desc
    ) = 1
),

consistent as (
    select latest.*
    from latest
    left join latest as fitted on latest.trained_by = fitted.run_id
    where
        latest.step <> 'fit'
        or latest.trained_by is null
        or fitted.run_id is not null
)

select * from consistent

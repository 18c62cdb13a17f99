-- In which ranges features and scores lay when they were last scored, beside where they
-- lay when the model behind those scores was trained.
-- Grain: one row per model, feature and range.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
    where step = 'score'
),

outputs as (
    select * from {{ source('ml', 'feature_distributions') }}
),

scored as (
    select
        runs.model_name,
        runs.as_of_date,
        outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
),

trained as (
    select
        runs.model_name,
        outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.trained_by
),

paired as (
    select
        scored.run_id,
        scored.model_name,
        scored.as_of_date,
        scored.feature,
        scored.bin_number,
        scored.bin_name,
        trained.rows as trained_rows,
        scored.rows as scored_rows
    from scored
    inner join trained
        on
            scored.model_name = trained.model_name
            and scored.feature = trained.feature
            and scored.bin_number = trained.bin_number
)

select * from paired

-- Scores of each customer by the latest successful scoring of each target, and where
-- they stand among the customers of the same target.
-- Grain: one row per model and customer. Equal scores stand alike: a percentile is the
-- share of customers who score lower, half of the equals included.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
    where step = 'score'
),

outputs as (
    select * from {{ source('ml', 'customer_scores') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
),

ranked as (
    select
        latest.*,
        {{ ratio(
            'rank() over (partition by model_name order by score) - 1'
            ~ ' + count(*) over (partition by model_name, score) / 2.0',
            'count(*) over (partition by model_name)'
        ) }} as share_below
    from latest
),

told as (
    select
        run_id,
        as_of_date,
        customer_id,
        model_name,
        model_version,
        trained_by,
        score,
        100 * share_below as percentile,
        cast(floor(10 * share_below) as bigint) + 1 as decile,
        cast(label_horizon_days as double) as label_horizon_days,
        reason_1,
        reason_2,
        reason_3,
        scored_at
    from ranked
)

select * from told

-- What contacting the rows that score highest would have brought, on the time that the
-- model was judged on.
-- Grain: one row per model and share contacted, in steps of a twentieth. A group of
-- equal scores that straddles a share counts in part. Empty until the models have run.
with

scores as (
    select * from {{ ref('pred_evaluation_scores') }}
),

targets as (
    select * from {{ ref('input_targets') }}
),

equals as (
    select
        run_id,
        model_name,
        score,
        count(*) as rows,
        sum(label) as positives
    from scores
    group by run_id, model_name, score
),

running as (
    select
        equals.*,
        (sum(rows) over model_so_far) - rows as rows_above,
        (sum(positives) over model_so_far) - positives as positives_above,
        sum(rows) over (partition by model_name) as all_rows,
        sum(positives) over (partition by model_name) as all_positives
    from equals
    window model_so_far as (partition by model_name order by score desc)
),

steps as (
    select {{ numbers_to(20) }} as step
),

contacted as (
    select
        running.run_id,
        running.model_name,
        steps.step / 2e1 as contacted_share,
        steps.step / 2e1 * running.all_rows as contacted,
        running.positives_above + running.positives * (
            steps.step / 2e1 * running.all_rows - running.rows_above
        ) / running.rows as captured,
        running.all_rows,
        running.all_positives
    from running
    inner join steps
        on
            steps.step > 0
            and steps.step / 2e1 * running.all_rows > running.rows_above
            and steps.step / 2e1 * running.all_rows
            <= running.rows_above + running.rows
),

told as (
    select
        contacted.run_id,
        contacted.model_name,
        cast(contacted.contacted_share as double) as contacted_share,
        cast(contacted.contacted as double) as contacted,
        cast(contacted.captured as double) as captured,
        {{ ratio('contacted.captured', 'contacted.all_positives') }} as captured_share,
        {{ ratio('contacted.captured', 'contacted.contacted') }} as precision_at_share,
        {{ ratio(
            'contacted.captured * contacted.all_rows',
            'contacted.contacted * contacted.all_positives'
        ) }} as lift,
        cast(contacted.captured as double) * targets.contact_value
        - cast(contacted.contacted as double) * targets.contact_cost as profit
    from contacted
    left join targets on contacted.model_name = targets.target
)

select * from told

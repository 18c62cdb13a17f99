-- Whether what was foretold came true as often as foretold, on the time that the model
-- was judged on.
-- Grain: one row per model and tenth of its rows by score, equal scores in one tenth.
-- Empty until the models have run.
with

scores as (
    select * from {{ ref('pred_evaluation_scores') }}
),

placed as (
    select
        scores.*,
        cast(floor(10 * {{ ratio(
            'rank() over (partition by model_name order by score) - 1'
            ~ ' + count(*) over (partition by model_name, score) / 2.0',
            'count(*) over (partition by model_name)'
        ) }}) as bigint) + 1 as bin_number
    from scores
),

counted as (
    select
        run_id,
        model_name,
        bin_number,
        count(*) as rows,
        sum(label) as positives,
        {{ ratio('sum(' ~ weight('score') ~ ')', 'count(*)') }} as mean_score,
        {{ ratio('sum(label)', 'count(*)') }} as positive_rate
    from placed
    group by run_id, model_name, bin_number
),

with_intervals as (
    select
        run_id,
        model_name,
        bin_number,
        rows,
        cast(positives as bigint) as positives,
        mean_score,
        positive_rate,
        {{ wilson_bound('positive_rate', 'rows', '-') }} as ci_low,
        {{ wilson_bound('positive_rate', 'rows', '+') }} as ci_high
    from counted
)

select * from with_intervals

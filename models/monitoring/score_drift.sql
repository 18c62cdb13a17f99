-- How far features and scores have moved since the model was trained: the population
-- stability index (Siddiqi 2006), a sum over ranges of (share now - share then) times
-- the logarithm of their ratio.
-- Grain: one row per model and feature; score is one. Half a row is added to every
-- range, so that an empty one has no infinite ratio. Empty until scoring has run.
with

distributions as (
    select * from {{ ref('pred_feature_distributions') }}
),

shares as (
    select
        distributions.*,
        {{ ratio(
            'trained_rows + 0.5',
            'sum(trained_rows + 0.5) over (partition by model_name, feature)'
        ) }} as trained_share,
        {{ ratio(
            'scored_rows + 0.5',
            'sum(scored_rows + 0.5) over (partition by model_name, feature)'
        ) }} as scored_share
    from distributions
),

summed as (
    select
        run_id,
        model_name,
        as_of_date,
        feature,
        cast(sum(trained_rows) as bigint) as trained_rows,
        cast(sum(scored_rows) as bigint) as scored_rows,
        cast(sum({{ weight(
            '(scored_share - trained_share) * ln(scored_share / trained_share)'
        ) }}) as double) as population_stability_index
    from shares
    group by run_id, model_name, as_of_date, feature
),

judged as (
    select
        summed.*,
        case
            when population_stability_index < 0.1 then 'stable'
            when population_stability_index < 0.25 then 'moved'
            else 'moved far'
        end as drift
    from summed
)

select * from judged

-- How good each recommender was on time that it had not seen, beside popularity.
-- Grain: one row per algorithm, customer_group, metric and cutoff (how many goods from
-- the top are looked at).
with

metrics as (
    select * from {{ ref('trial_metrics') }}
),

dates as (
    select * from {{ ref('int_recommendation_dates') }}
    where purpose = 'trial'
),

served as (
    select * from {{ ref('served_recommender') }}
),

told as (
    select
        dates.as_of_date,
        metrics.algorithm,
        metrics.customer_group,
        metrics.metric_name,
        cast(metrics.cutoff as bigint) as cutoff,
        cast(metrics.customers as bigint) as customers,
        metrics.metric_value,
        metrics.ci_low,
        metrics.ci_high,
        metrics.baseline_value,
        metrics.gain,
        metrics.gain_ci_low,
        metrics.gain_ci_high,
        {{ ratio('metrics.gain', 'metrics.baseline_value') }} as relative_gain,
        metrics.algorithm = served.algorithm as is_served
    from metrics
    cross join dates
    cross join served
)

select * from told

-- Whose recommendations are served: of those that told today's the best of the trial.
-- Grain: one row. SQL computes its own at every build; what Python fits counts where it
-- was fitted as of the latest date.
with

ranking as (
    select * from {{ ref('recommender_ranking') }}
),

dates as (
    select * from {{ ref('int_recommendation_dates') }}
    where purpose = 'serving'
),

fitted as (
    select * from {{ ref('pred_recommendation_candidates') }}
),

fitted_today as (
    select distinct
        fitted.algorithm,
        fitted.run_id
    from fitted
    inner join dates on fitted.as_of_date = dates.as_of_date
),

served as (
    select
        dates.as_of_date,
        ranking.algorithm,
        ranking.ndcg,
        ranking.place,
        fitted_today.run_id
    from ranking
    cross join dates
    left join fitted_today on ranking.algorithm = fitted_today.algorithm
    where ranking.is_sql or fitted_today.algorithm is not null
    order by ranking.place
    limit 1
)

select * from served

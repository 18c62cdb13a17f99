-- The dates that models of customers are fitted and scored at: the latest, and of those
-- before it the last whose windows end before the next one's begin, so that no two look
-- at the same days. Early dates, which know too little of anybody to be like the latest
-- one, are left out: by a number of days, and at most by half of the data's.
-- Grain: one row per target and as_of_date.
with

windows as (
    select * from {{ ref('dim_outcome_windows') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

candidates as (
    select windows.*
    from windows
    cross join period
    where
        windows.is_latest
        or {{ day_difference('period.first_date', 'windows.as_of_date') }}
        >= {{ least_of([
            var('training_min_history_days') | string,
            day_difference('period.first_date', 'period.as_of_date') ~ ' / 2',
        ]) }}
),

latest as (
    select
        target as chain,
        as_of_date as node
    from candidates
    where is_latest
),

steps as (
    select
        later.target as chain,
        later.as_of_date as node,
        max(earlier.as_of_date) as next_node
    from candidates as later
    inner join candidates as earlier
        on
            later.target = earlier.target
            and earlier.as_of_date < later.as_of_date
            and earlier.window_end_date <= later.as_of_date
    group by later.target, later.as_of_date
),

spaced as (
    {{ chains('latest', 'steps') }}
),

described as (
    select
        candidates.target,
        candidates.as_of_date,
        candidates.as_of_at,
        candidates.is_latest,
        candidates.label_horizon_days
    from spaced
    inner join candidates
        on
            spaced.chain = candidates.target
            and spaced.node = candidates.as_of_date
)

select * from described

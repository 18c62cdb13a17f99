-- The dates that the purchase model is fitted and scored at: the latest, and of those
-- before it the last ones that lie a purchase horizon or more apart, so that the
-- windows their labels look at never overlap.
-- Grain: one row per as_of_date.
with recursive

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

candidates as (
    select
        dates.as_of_date,
        dates.as_of_at,
        dates.is_latest
    from dates
    cross join period
    where
        dates.is_latest
        or dates.as_of_date >= cast({{ days_later(
            'period.first_date', var('training_min_history_days')
        ) }} as date)
),

steps as (
    select
        later.as_of_date,
        max(earlier.as_of_date) as previous_as_of_date
    from candidates as later
    inner join candidates as earlier
        on
            earlier.as_of_date <= cast({{ days_later(
                'later.as_of_date', '-' ~ var('purchase_horizon_days')
            ) }} as date)
    group by later.as_of_date
),

spaced as (
    select as_of_date
    from candidates
    where is_latest
    union all
    select steps.previous_as_of_date
    from spaced
    inner join steps on spaced.as_of_date = steps.as_of_date
),

described as (
    select
        candidates.as_of_date,
        candidates.as_of_at,
        candidates.is_latest,
        cast({{ var('purchase_horizon_days') }} as bigint) as label_horizon_days
    from spaced
    inner join candidates on spaced.as_of_date = candidates.as_of_date
)

select * from described

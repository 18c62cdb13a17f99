-- When recommendations are told: now, and once before, where what was bought since can
-- judge them.
-- Grain: one row per purpose. serving is the latest date; trial is the last end of a
-- month from which the horizon had passed by then, and is missing in short histories.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

with_ends as (
    select
        dates.*,
        cast({{ days_later(
            'dates.as_of_date', var('recommendation_horizon_days')
        ) }} as date) as horizon_end_date
    from dates
),

over as (
    select max(with_ends.as_of_date) as as_of_date
    from with_ends
    inner join period on with_ends.horizon_end_date <= period.as_of_date
),

told as (
    select
        case when with_ends.is_latest then 'serving' else 'trial' end as purpose,
        with_ends.as_of_date,
        with_ends.as_of_at,
        {{ start_of_reporting_date('with_ends.horizon_end_date') }} as horizon_end_at
    from with_ends
    left join over on with_ends.as_of_date = over.as_of_date
    where with_ends.is_latest or over.as_of_date is not null
)

select * from told

-- The dates that features are told as of: the latest, and earlier ones a purchase
-- horizon apart, so that the windows their labels look at never overlap.
-- Grain: one row per as_of_date.
with

period as (
    select * from {{ ref('int_data_period') }}
),

steps as (
    select
        period.*,
        {{ numbers_to(var('training_max_dates')) }} as step
    from period
),

dates as (
    select
        cast({{ days_later(
            'as_of_date', '-step * ' ~ var('purchase_horizon_days')
        ) }} as date) as as_of_date,
        first_date,
        step = 0 as is_latest
    from steps
),

with_history as (
    select
        as_of_date,
        {{ start_of_reporting_date('as_of_date') }} as as_of_at,
        is_latest
    from dates
    where
        is_latest
        or as_of_date >= cast(
            {{ days_later('first_date', var('training_min_history_days')) }} as date
        )
)

select * from with_history

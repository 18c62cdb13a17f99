-- Days, each with the week, month, quarter and year it lies in.
-- Grain: one row per day in the reporting timezone, from the first day of the data to
-- the as_of_date.
with

period as (
    select * from {{ ref('int_data_period') }}
),

days as (
    select {{ days_between('first_date', 'as_of_date') }} as date_day
    from period
),

dated as (
    select
        date_day,
        cast({{ dbt.date_trunc('week', 'date_day') }} as date) as first_of_week,
        {{ first_of_month('date_day') }} as first_of_month,
        cast({{ dbt.date_trunc('quarter', 'date_day') }} as date) as first_of_quarter,
        cast({{ dbt.date_trunc('year', 'date_day') }} as date) as first_of_year
    from days
)

select * from dated

-- The compared period that each day falls into.
-- Grain: one row per kind of period and day. The first period is compared with none,
-- and is the previous one of the second.
with

periods as (
    select * from {{ ref('int_compared_periods') }}
),

spans as (
    select
        period_type,
        period_start_date,
        period_end_date
    from periods
    union
    select
        period_type,
        previous_period_start_date,
        previous_period_end_date
    from periods
),

days as (
    select
        period_type,
        {{ days_between('period_start_date', days_later('period_end_date', -1)) }}
            as date_day,
        period_start_date
    from spans
)

select * from days

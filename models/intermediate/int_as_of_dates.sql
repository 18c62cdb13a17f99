-- The dates that everything about customers is told as of: the latest, and the ends of
-- the months before it.
-- Grain: one row per as_of_date. The end of a month is the first day of the next one,
-- since an as_of_date knows only what came before it.
with

period as (
    select * from {{ ref('int_data_period') }}
),

steps as (
    select
        period.*,
        {{ numbers_to(var('as_of_month_ends')) }} as step
    from period
),

month_ends as (
    select
        {{ months_later(first_of_month('as_of_date'), '-step') }} as as_of_date,
        as_of_date as latest_date,
        first_date
    from steps
),

dates as (
    select
        as_of_date,
        true as is_latest
    from period
    union all
    select
        as_of_date,
        false as is_latest
    from month_ends
    where as_of_date > first_date and as_of_date < latest_date
),

with_instants as (
    select
        as_of_date,
        {{ start_of_reporting_date('as_of_date') }} as as_of_at,
        is_latest
    from dates
)

select * from with_instants

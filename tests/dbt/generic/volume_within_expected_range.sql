{#-
  The last whole day of a feed has about as many rows as its weekday had in the weeks
  before. Whole is a day that another day of the data follows, so that neither the
  clock nor rows after the as_of_date are asked. Usual is the weekday's median; how
  far days lie from theirs, over all weekdays, says how far they may (their median
  distance, scaled to a standard deviation). A day is told of that lies more than so
  many deviations from what is usual, and more than a share of it. A day without rows
  counts as one; nothing is said of a feed that is younger than `min_weeks`.
-#}
{% test volume_within_expected_range(
    model, happened_at, is_day=false, weeks=8, min_weeks=4, deviations=5, min_change=0.5
) %}
{{ config(severity='warn') }}
{%- set happened_on = happened_at if is_day else reporting_date(happened_at) %}

with

period as (
    select {{ days_later('last_date', -1) }} as judged_on
    from {{ ref('int_data_period') }}
),

dated as (
    select cast({{ happened_on }} as date) as date_day from {{ model }}
),

counted as (
    select
        date_day,
        count(*) as rows_found
    from dated
    where date_day is not null
    group by date_day
),

began as (
    select min(date_day) as first_day from counted
),

days_back as (
    select {{ numbers_to('7 * ' ~ weeks) }} as days_back
),

-- Day 0 is the one that is judged, days 7, 14 and so on are its weekday.
compared as (
    select
        days_back.days_back,
        mod(days_back.days_back, 7) as weekday,
        {{ days_later('period.judged_on', '-days_back.days_back') }} as compared_day
    from days_back
    cross join period
),

told as (
    select
        compared.days_back,
        compared.weekday,
        compared.compared_day,
        coalesce(counted.rows_found, 0) as rows_found
    from compared
    cross join began
    left join counted on compared.compared_day = counted.date_day
    where compared.compared_day >= began.first_day
),

usual as (
    select
        weekday,
        {{ median('rows_found') }} as usual_rows,
        count(*) as weeks_told
    from told
    where days_back > 0
    group by weekday
),

spread as (
    select
        1.4826 * {{ median('abs(told.rows_found - usual.usual_rows)') }} as deviation
    from told
    inner join usual on told.weekday = usual.weekday
    where told.days_back > 0
),

limits as (
    select
        usual.usual_rows,
        {{ greatest_of([
            deviations ~ ' * spread.deviation', min_change ~ ' * usual.usual_rows'
        ]) }} as tolerance
    from usual
    cross join spread
    where
        usual.weekday = 0
        and usual.weeks_told >= {{ min_weeks }}
),

judged as (
    select
        told.compared_day as date_day,
        told.rows_found,
        limits.usual_rows,
        limits.usual_rows - limits.tolerance as lowest_expected,
        limits.usual_rows + limits.tolerance as highest_expected
    from told
    cross join limits
    where
        told.days_back = 0
        and abs(told.rows_found - limits.usual_rows) > limits.tolerance
)

select * from judged

{% endtest %}

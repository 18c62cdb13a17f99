-- Periods that are told beside the one before: 28 days, which hold every weekday four
-- times, counted back from as_of_date; and whole calendar months.
-- Grain: one row per kind of period and first day. A period ends on the day before its
-- end date. Only those are told whose previous one lies wholly within the data; where
-- it begins before orders or events do, what is made of these cannot be compared, nor
-- new customers with returning ones until orders reach back some time.
with

period as (
    select * from {{ ref('int_data_period') }}
),

steps_of_days as (
    select
        period.*,
        {{ numbers_to(day_difference('first_date', 'as_of_date')) }} as step
    from period
),

steps_of_months as (
    select
        period.*,
        {{ numbers_to(month_difference('first_date', 'as_of_date')) }} as step
    from period
),

told as (
    select
        '28_days' as period_type,
        cast({{ days_later('as_of_date', '-28 * (step + 1)') }} as date)
            as period_start_date,
        cast({{ days_later('as_of_date', '-28 * step') }} as date) as period_end_date,
        cast({{ days_later('as_of_date', '-28 * (step + 2)') }} as date)
            as previous_period_start_date,
        step = 0 as is_latest,
        first_date,
        first_order_date,
        first_event_date
    from steps_of_days
    union all
    select
        'month',
        {{ months_later(first_of_month('as_of_date'), '-(step + 1)') }},
        {{ months_later(first_of_month('as_of_date'), '-step') }},
        {{ months_later(first_of_month('as_of_date'), '-(step + 2)') }},
        step = 0,
        first_date,
        first_order_date,
        first_event_date
    from steps_of_months
),

within_data as (
    select
        period_type,
        period_start_date,
        period_end_date,
        previous_period_start_date,
        period_start_date as previous_period_end_date,
        is_latest,
        previous_period_start_date < first_order_date as begins_before_orders,
        previous_period_start_date < first_event_date as begins_before_events,
        previous_period_start_date
        < {{ days_later('first_order_date', var('headline_history_days')) }}
            as begins_before_history
    from told
    where previous_period_start_date >= first_date
)

select * from within_data

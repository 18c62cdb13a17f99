-- The same at the last date whose holdout has ended, and how often they then bought.
-- Grain: one row per customer.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

repeats as (
    select * from {{ ref('feat_customer_repeats') }}
),

labels as (
    select * from {{ ref('label_repeat_purchases') }}
),

last_ended as (
    select max(dates.as_of_date) as as_of_date
    from dates
    cross join period
    where
        cast({{ days_later('dates.as_of_date', var('clv_holdout_days')) }} as date)
        <= period.as_of_date
),

selected as (
    select
        repeats.as_of_date,
        repeats.customer_id,
        repeats.frequency,
        repeats.recency,
        repeats.age as {{ adapter.quote('T') }},
        cast(repeats.monetary_value as double) as monetary_value,
        coalesce(labels.purchases, 0) as holdout_purchases,
        {{ var('clv_holdout_days') }} / 7e0 as holdout_weeks
    from repeats
    inner join last_ended on repeats.as_of_date = last_ended.as_of_date
    left join labels
        on
            repeats.as_of_date = labels.as_of_date
            and repeats.customer_id = labels.customer_id
)

select * from selected

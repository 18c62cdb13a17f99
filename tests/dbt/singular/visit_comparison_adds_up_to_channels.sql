-- Both ways of telling visits apart hold all of them, and what they brought.
with

compared as (
    select
        dimension_name,
        sum(sessions) as sessions,
        sum(previous_sessions) as previous_sessions,
        sum(sessions_with_purchase) as sessions_with_purchase,
        sum(revenue) as revenue
    from {{ ref('visit_comparison') }}
    group by dimension_name
),

periods as (
    select * from {{ ref('int_compared_periods') }}
    where period_type = '28_days' and is_latest
),

daily as (
    select
        sum(case when date_day >= period_start_date then sessions else 0 end)
            as sessions,
        sum(case when date_day < period_start_date then sessions else 0 end)
            as previous_sessions,
        sum(case
            when date_day >= period_start_date then sessions_with_purchase
            else 0
        end) as sessions_with_purchase,
        sum(case when date_day >= period_start_date then revenue else 0 end) as revenue
    from {{ ref('daily_channels') }}
    inner join periods
        on date_day >= previous_period_start_date and date_day < period_end_date
),

differing as (
    select compared.*
    from compared
    cross join daily
    where compared.sessions <> daily.sessions
        or compared.previous_sessions <> daily.previous_sessions
        or compared.sessions_with_purchase <> daily.sessions_with_purchase
        or compared.revenue <> daily.revenue
)

select * from differing

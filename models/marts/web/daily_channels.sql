-- What visits by each channel came to, day by day.
-- Grain: one row per day and channel with a session of a person. A session counts whole
-- on the day it began. Counts add up over any rows, but visitors, who come again; that
-- is why devices, which web_funnel tells of, are not told apart here.
with

sessions as (
    select * from {{ ref('fct_sessions') }}
),

counted as (
    select
        session_date as date_day,
        channel_group,
        count(*) as sessions,
        count(case when is_engaged then 1 end) as engaged_sessions,
        count(case when is_bounce then 1 end) as bounces,
        count(case when add_to_carts > 0 then 1 end) as sessions_with_add_to_cart,
        count(case when checkouts > 0 then 1 end) as sessions_with_checkout,
        count(case when purchases > 0 then 1 end) as sessions_with_purchase,
        count(distinct visitor_id) as visitors,
        cast(sum(purchases) as bigint) as purchases,
        {{ money('sum(revenue)') }} as revenue,
        '{{ reporting_currency() }}' as currency
    from sessions
    group by session_date, channel_group
)

select * from counted

-- What was spent on each channel, week by week.
-- Grain: one row per channel that ever cost anything and whole week (from Monday)
-- strictly before as_of_date, from the first in which both spend and orders are known;
-- weeks without spend included.
with

spend as (
    select * from {{ ref('fct_ad_spend') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

spent as (
    select
        coalesce(campaigns.channel_group, 'Unassigned') as channel_group,
        spend.date_day,
        cast({{ dbt.date_trunc('week', 'spend.date_day') }} as date) as week_start,
        spend.spend
    from spend
    inner join period on spend.date_day < period.as_of_date
    left join campaigns on spend.campaign_id = campaigns.campaign_id
    where spend.spend > 0
),

bounds as (
    select
        {{ greatest_of([
            '(select min(date_day) from spent)',
            '(select min(order_date) from orders)',
        ]) }} as first_date,
        cast({{ days_later('as_of_date', -7) }} as date) as last_week_start
    from period
),

days as (
    select {{ days_between('first_date', 'last_week_start') }} as date_day
    from bounds
    where first_date <= last_week_start
),

weeks as (
    select date_day as week_start from days
    where cast({{ dbt.date_trunc('week', 'date_day') }} as date) = date_day
),

by_week as (
    select
        channel_group,
        week_start,
        sum(spend) as spend
    from spent
    group by channel_group, week_start
),

channels as (
    select distinct channel_group from spent
),

told as (
    select
        weeks.week_start,
        channels.channel_group,
        {{ money('coalesce(by_week.spend, 0)') }} as spend
    from weeks
    cross join channels
    left join by_week
        on
            weeks.week_start = by_week.week_start
            and channels.channel_group = by_week.channel_group
)

select * from told

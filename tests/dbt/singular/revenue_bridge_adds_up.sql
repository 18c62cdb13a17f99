-- Periods whose steps do not lead, without a gap, from the net sales that the days
-- before come to to those that its own days come to, to the last digit.
with

periods as (
    select * from {{ ref('int_compared_periods') }}
    where not coalesce(begins_before_orders, false)
),

days as (
    select * from {{ ref('daily_sales') }}
),

steps as (
    select
        revenue_bridge.*,
        lag(ends_at, 1, previous_net_sales) over (
            partition by period_type, period_start_date order by position
        ) as step_before_ends_at
    from {{ ref('revenue_bridge') }} as revenue_bridge
),

walked as (
    select
        period_type,
        period_start_date,
        count(*) as steps,
        sum(amount) as moved,
        min(previous_net_sales) as previous_net_sales,
        min(net_sales) as net_sales,
        count(case when starts_at <> step_before_ends_at then 1 end) as gaps,
        count(case when amount <> ends_at - starts_at then 1 end) as wrong_steps,
        max(case when position = 9 then ends_at end) as arrives_at
    from steps
    group by period_type, period_start_date
),

expected as (
    select
        periods.period_type,
        periods.period_start_date,
        coalesce(sum(case
            when days.date_day < periods.period_start_date then days.net_sales
        end), 0) as previous_net_sales,
        coalesce(sum(case
            when days.date_day >= periods.period_start_date then days.net_sales
        end), 0) as net_sales
    from periods
    left join days
        on
            days.date_day >= periods.previous_period_start_date
            and days.date_day < periods.period_end_date
    group by periods.period_type, periods.period_start_date
)

select
    expected.*,
    walked.steps,
    walked.moved,
    walked.gaps,
    walked.wrong_steps,
    walked.arrives_at
from expected
full outer join walked
    on
        expected.period_type = walked.period_type
        and expected.period_start_date = walked.period_start_date
where
    expected.period_type is null
    or walked.period_type is null
    or walked.steps <> 9
    or walked.previous_net_sales <> expected.previous_net_sales
    or walked.net_sales <> expected.net_sales
    or walked.moved <> expected.net_sales - expected.previous_net_sales
    or walked.arrives_at <> expected.net_sales
    or walked.gaps + walked.wrong_steps > 0

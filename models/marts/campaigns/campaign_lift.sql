-- What randomised campaigns changed, by intention to treat: everyone drawn into an arm
-- counts, whether or not the campaign reached them.
-- Grain: one row per campaign, arm other than control, and metric. Outcomes are counted
-- orders within the outcome window from the draw; a campaign whose window is still open
-- for somebody says so in `verdict`. Intervals are normal with unpooled variances
-- (Welch).
with

period as (
    select * from {{ ref('int_data_period') }}
),

assignments as (
    select * from {{ ref('fct_campaign_assignments') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

outcomes as (
    select
        assignments.campaign_id,
        assignments.arm,
        assignments.customer_id,
        {{ days_later('assignments.assigned_at', var('lift_outcome_window_days')) }}
            as window_end_at,
        cast(case when count(orders.order_id) > 0 then 1 else 0 end as decimal(19, 4))
            as conversion_rate,
        cast(
            coalesce(sum(orders.gross_sales - orders.discounts), 0) as decimal(19, 4)
        ) as sales_per_customer
    from assignments
    inner join period on assignments.assigned_at < period.as_of_at
    left join orders
        on
            assignments.customer_id = orders.customer_id
            and orders.ordered_at >= assignments.assigned_at
            and orders.ordered_at < {{ days_later(
                'assignments.assigned_at', var('lift_outcome_window_days')
            ) }}
            and orders.ordered_at < period.as_of_at
    group by
        assignments.campaign_id, assignments.arm, assignments.customer_id,
        assignments.assigned_at
),

-- Decimals add up exactly, so the sums do not depend on the order of the rows; those of
-- 19 digits multiply without overflow.
summed as (
    {%- for metric in ['conversion_rate', 'sales_per_customer'] %}
    select
        campaign_id,
        arm,
        '{{ metric }}' as metric,
        count(*) as customers,
        cast(sum({{ metric }}) as decimal(19, 4)) as total,
        sum({{ metric }} * {{ metric }}) as total_of_squares,
        max(window_end_at) as window_end_at
    from outcomes
    group by campaign_id, arm
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        summed.*,
        {{ ratio('total', 'customers') }} as value,
        {{ ratio(
            'customers * total_of_squares - total * total',
            'customers * (customers - 1)'
        ) }} as variance
    from summed
),

compared as (
    select
        treated.campaign_id,
        treated.arm,
        treated.metric,
        treated.customers,
        control.customers as control_customers,
        treated.value,
        control.value as control_value,
        treated.value - control.value as absolute_lift,
        {{ ratio('treated.value - control.value', 'control.value') }} as relative_lift,
        -- Where nothing varies the error is unknown rather than none.
        nullif(
            sqrt(
                treated.variance / treated.customers
                + control.variance / control.customers
            ),
            0
        ) as standard_error,
        greatest(treated.window_end_at, control.window_end_at) <= period.as_of_at
            as is_window_closed
    from measured as treated
    left join measured as control
        on
            treated.campaign_id = control.campaign_id
            and treated.metric = control.metric
            and control.arm = 'control'
    cross join period
    where treated.arm <> 'control'
),

with_interval as (
    select
        compared.*,
        absolute_lift - {{ normal_quantile_975() }} * standard_error as ci_low,
        absolute_lift + {{ normal_quantile_975() }} * standard_error as ci_high,
        {{ two_sided_p_value('(absolute_lift / standard_error)') }} as p_value
    from compared
),

judged as (
    select
        campaign_id,
        arm,
        metric,
        customers,
        control_customers,
        value,
        control_value,
        absolute_lift,
        relative_lift,
        ci_low,
        ci_high,
        p_value,
        {{ money(
            "round(case when metric = 'sales_per_customer' "
            ~ "then absolute_lift * customers end, 4)"
        ) }} as incremental_revenue,
        case
            when control_customers is null then 'not randomised'
            when not is_window_closed then 'window still open'
            when ci_low is null then 'cannot tell'
            when ci_low > 0 then 'worked'
            when ci_high < 0 then 'harmed'
            else 'no evidence'
        end as verdict
    from with_interval
)

select * from judged

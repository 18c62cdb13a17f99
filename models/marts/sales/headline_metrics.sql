-- The numbers of the latest periods, how far they moved, and whether that is more than
-- chance.
-- Grain: one row per kind of period, first day and metric, of the latest periods. The
-- interval is that of the relative change, by headline_totals' variance of its
-- logarithm; there is none where the data begin within the period before, or not long
-- enough before it to know who is new, a value is not above zero, few units bear on it,
-- or its standard error is 1 or more, or so small that it is rounding: the rate of an
-- assumed margin is the same for everyone.
{%- set sides = [('now', 'value'), ('before', 'previous_value')] %}
with

periods as (
    select * from {{ ref('int_compared_periods') }}
    where is_latest
),

totals as (
    select * from {{ ref('headline_totals') }}
),

metrics as (
    {%- for metric in headlines() %}
    select
        {{ loop.index }} as position,
        '{{ metric.name }}' as metric,
        '{{ metric.title }}' as metric_name,
        '{{ metric.unit }}' as unit,
        {{ metric.denominator is not none }} as is_ratio,
        {{ metric.is_drawn }} as is_drawn,
        {{ metric.is_of_visits }} as is_of_visits,
        {{ metric.needs_history }} as needs_history,
        cast({{ metric.is_higher_better }} as boolean) as is_higher_better
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

valued as (
    select
        periods.period_type,
        periods.period_start_date,
        periods.period_end_date,
        metrics.*,
        {%- for side, value in sides %}
        case
            when not metrics.is_ratio
                then cast(coalesce(totals.numerator_{{ side }}, 0) as double)
            else {{ ratio('totals.numerator_' ~ side, 'totals.denominator_' ~ side) }}
        end as {{ value }},
        {{ least_of([
            'totals.numerator_' ~ side ~ '_units',
            'case when metrics.is_ratio then totals.denominator_' ~ side ~ '_units end',
        ]) }} as {{ value }}_units,
        {%- endfor %}
        totals.variance,
        case
            when metrics.is_of_visits then periods.begins_before_events
            else periods.begins_before_orders
        end as begins_before_data,
        metrics.needs_history and periods.begins_before_history as lacks_history
    from periods
    cross join metrics
    left join totals
        on
            metrics.metric = totals.metric
            and periods.period_type = totals.period_type
),

judged as (
    select
        valued.*,
        is_drawn
        and not coalesce(begins_before_data, false)
        and not coalesce(lacks_history, false)
        and {{ least_of(['value', 'previous_value']) }} > 0
        and {{ least_of(['value_units', 'previous_value_units']) }}
        >= {{ var('headline_min_units') }}
        and variance >= 1e-10
        and variance < 1 as has_interval
    from valued
),

with_intervals as (
    select
        judged.*,
        case
            when previous_value > 0 and not coalesce(begins_before_data, false)
                then {{ ratio('value', 'previous_value') }} - 1
        end as relative_change
        {%- for end, sign in [('ci_low', '-'), ('ci_high', '')] %},
        case when has_interval then {{ ratio('value', 'previous_value') }}
            * exp({{ sign }}{{ normal_quantile_975() }} * sqrt(variance)) - 1
        end as {{ end }}
        {%- endfor %}
    from judged
),

told as (
    select
        period_type,
        period_start_date,
        period_end_date,
        cast(position as bigint) as position,
        metric,
        metric_name,
        unit,
        value,
        previous_value,
        value - previous_value as absolute_change,
        relative_change,
        ci_low,
        ci_high,
        case
            when ci_low > 0 then 'up'
            when ci_high < 0 then 'down'
            when ci_low is not null then 'cannot tell'
        end as verdict,
        is_higher_better,
        '{{ reporting_currency() }}' as currency
    from with_intervals
)

select * from told

-- Visits of the latest 28 days beside those of the 28 days before, by channel and by
-- device, with what is certain of it.
-- Grain: one row per dimension_name and dimension_value with a session in either. The
-- interval of how sessions changed is that of visitors drawn anew (log of the ratio,
-- delta method); a conversion rate has Wilson's, and differs from that of all sessions
-- where it does not hold theirs. Without events of the whole period before, how
-- sessions changed is not told.
with

sessions as (
    select * from {{ ref('fct_sessions') }}
),

periods as (
    select * from {{ ref('int_compared_periods') }}
    where period_type = '28_days' and is_latest
),

within_periods as (
    select
        sessions.visitor_id,
        sessions.channel_group,
        coalesce(sessions.device_category, '(not known)') as device_category,
        sessions.purchases,
        sessions.revenue,
        sessions.session_date >= periods.period_start_date as is_now
    from sessions
    inner join periods
        on sessions.session_date >= periods.previous_period_start_date
        and sessions.session_date < periods.period_end_date
),

by_dimension as (
    {%- for dimension in ['channel_group', 'device_category'] %}
    select
        '{{ dimension }}' as dimension_name,
        {{ dimension }} as dimension_value,
        within_periods.*
    from within_periods
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

visitors as (
    select
        dimension_name,
        dimension_value,
        visitor_id,
        count(case when is_now then 1 end) as sessions,
        count(case when not is_now then 1 end) as previous_sessions,
        count(case when is_now and purchases > 0 then 1 end) as sessions_with_purchase,
        sum(case when is_now then revenue else 0 end) as revenue
    from by_dimension
    group by dimension_name, dimension_value, visitor_id
),

totals as (
    select
        dimension_name,
        dimension_value,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(previous_sessions) as bigint) as previous_sessions,
        cast(sum(sessions_with_purchase) as bigint) as sessions_with_purchase,
        sum(revenue) as revenue,
        sum(sessions * sessions) as squares,
        sum(previous_sessions * previous_sessions) as previous_squares,
        sum(sessions * previous_sessions) as products
    from visitors
    group by dimension_name, dimension_value
),

rated as (
    select
        *,
        {{ ratio('sessions', 'previous_sessions') }} as sessions_ratio,
        {{ ratio('sessions_with_purchase', 'sessions') }} as conversion_rate,
        {{ ratio(
            'sum(sessions_with_purchase) over (partition by dimension_name)',
            'sum(sessions) over (partition by dimension_name)'
        ) }} as conversion_rate_of_all,
        case
            when sessions > 0 and previous_sessions > 0
                then sqrt({{ greatest_of([
                    '0.0',
                    'cast(squares as double) / sessions / sessions'
                    ~ ' + cast(previous_squares as double)'
                    ~ ' / previous_sessions / previous_sessions'
                    ~ ' - cast(2 * products as double) / sessions / previous_sessions',
                ]) }})
        end as log_ratio_error
    from totals
),

bounded as (
    select
        *,
        sessions_ratio - 1 as sessions_change,
        sessions_ratio * exp(-{{ normal_quantile_975() }} * log_ratio_error) - 1
            as sessions_change_ci_low,
        sessions_ratio * exp({{ normal_quantile_975() }} * log_ratio_error) - 1
            as sessions_change_ci_high,
        case
            when sessions > 0
                then {{ wilson_bound('conversion_rate', 'sessions', '-') }}
        end as conversion_ci_low,
        case
            when sessions > 0
                then {{ wilson_bound('conversion_rate', 'sessions', '+') }}
        end as conversion_ci_high
    from rated
),

told as (
    select
        periods.period_start_date,
        periods.period_end_date,
        dimension_name,
        dimension_value,
        sessions,
        previous_sessions,
        {{ ratio('sessions', 'sum(sessions) over (partition by dimension_name)') }}
            as sessions_share,
        {%- for change in [
            'sessions_change', 'sessions_change_ci_low', 'sessions_change_ci_high',
        ] %}
        case
            when not coalesce(periods.begins_before_events, false) then {{ change }}
        end as {{ change }},
        {%- endfor %}
        sessions_with_purchase,
        conversion_rate,
        conversion_ci_low,
        conversion_ci_high,
        conversion_rate_of_all,
        case
            when conversion_ci_low > conversion_rate_of_all then 'better'
            when conversion_ci_high < conversion_rate_of_all then 'worse'
            when sessions > 0 then 'cannot tell'
        end as conversion_verdict,
        {{ money('revenue') }} as revenue,
        {{ ratio('revenue', 'sum(revenue) over (partition by dimension_name)') }}
            as revenue_share,
        {{ ratio('revenue', 'sessions') }} as revenue_per_session,
        '{{ reporting_currency() }}' as currency
    from bounded
    cross join periods
)

select * from told

-- How each arm differs from control, and how sure that is.
-- Grain: one row per campaign, dimension, group, arm other than control, and metric.
-- Means are compared by Welch (1947), conversion rates as two proportions: interval
-- with unpooled, p-value with pooled variance. CUPED (Deng, Xu, Kohavi and Walker
-- 2013) takes out what spending before explains; its slope is pooled within the two
-- arms.
{#- Sums stay within the 38 digits of a decimal, so that what does not vary has a
    variance of exactly zero. -#}
{%- set people = as_decimal('customers', 9, 0) %}
{%- set sum_total = as_decimal('total', 19, 4) %}
{%- set sum_before = as_decimal('before_total', 19, 4) %}
with

totals as (
    select * from {{ ref('arm_totals') }}
),

measured as (
    select
        totals.*,
        {{ ratio('total', 'customers') }} as value,
        {{ ratio('before_total', 'customers') }} as value_before,
        {{ ratio(
            people ~ ' * squares - ' ~ sum_total ~ ' * total',
            'customers * (customers - 1)'
        ) }} as variance,
        {{ ratio(
            people ~ ' * before_squares - ' ~ sum_before ~ ' * before_total',
            'customers * (customers - 1)'
        ) }} as variance_before,
        {{ ratio(
            people ~ ' * products - ' ~ sum_total ~ ' * before_total',
            'customers * (customers - 1)'
        ) }} as covariance
    from totals
),

with_error as (
    select
        measured.*,
        case
            when metric = 'conversion_rate' then value * (1 - value)
            else variance
        end / customers as error
    from measured
),

paired as (
    select
        treated.*,
        control.customers as control_customers,
        control.converted as control_converted,
        control.value as control_value,
        control.variance as control_variance,
        control.variance_before as control_variance_before,
        control.covariance as control_covariance,
        control.error as control_error,
        treated.is_window_closed and control.is_window_closed as is_closed,
        treated.value - control.value as difference,
        treated.value_before - control.value_before as difference_before,
        coalesce({{ ratio(
            '(treated.customers - 1) * treated.covariance'
            ~ ' + (control.customers - 1) * control.covariance',
            '(treated.customers - 1) * treated.variance_before'
            ~ ' + (control.customers - 1) * control.variance_before'
        ) }}, 0) as slope
    from with_error as treated
    left join with_error as control
        on
            treated.campaign_id = control.campaign_id
            and treated.dimension = control.dimension
            and treated.group_name = control.group_name
            and treated.metric = control.metric
            and control.arm = 'control'
    where treated.arm <> 'control'
),

adjusted as (
    select
        paired.*,
        difference - slope * difference_before as cuped_difference,
        {{ greatest_of([
            '0.0',
            '(variance - 2 * slope * covariance + slope * slope * variance_before)'
            ~ ' / customers',
        ]) }} as cuped_error,
        {{ greatest_of([
            '0.0',
            '(control_variance - 2 * slope * control_covariance'
            ~ ' + slope * slope * control_variance_before) / control_customers',
        ]) }} as control_cuped_error,
        {{ ratio(
            'converted + control_converted', 'customers + control_customers'
        ) }} as pooled_rate
    from paired
),

-- Where nothing varies the error is unknown rather than none.
with_errors as (
    select
        adjusted.*,
        nullif(sqrt(error + control_error), 0) as standard_error,
        nullif(sqrt(cuped_error + control_cuped_error), 0) as cuped_standard_error,
        nullif(sqrt(
            pooled_rate * (1 - pooled_rate)
            * (1e0 / customers + 1e0 / control_customers)
        ), 0) as pooled_error,
        {% for errors in ['error', 'cuped_error'] -%}
        {{ ratio(
            'power(' ~ errors ~ ' + control_' ~ errors ~ ', 2)',
            'power(' ~ errors ~ ', 2) / nullif(customers - 1, 0)'
            ~ ' + power(control_' ~ errors ~ ', 2) / nullif(control_customers - 1, 0)'
        ) }} as {{ errors }}_degrees,
        {% endfor -%}
        nullif(sqrt(
            control_variance / customers + control_variance / control_customers
        ), 0) as error_without_effect
    from adjusted
),

with_statistics as (
    select
        with_errors.*,
        case
            when metric = 'conversion_rate' then {{ normal_quantile_975() }}
            else {{ student_t_quantile_975('error_degrees') }}
        end as quantile,
        {{ student_t_quantile_975('cuped_error_degrees') }} as cuped_quantile,
        case
            when metric = 'conversion_rate' then difference / pooled_error
            else {{ normal_of_student_t(
                'difference / standard_error', 'error_degrees'
            ) }}
        end as statistic,
        {{ normal_of_student_t(
            'cuped_difference / cuped_standard_error', 'cuped_error_degrees'
        ) }} as cuped_statistic
    from with_errors
)

select * from with_statistics

-- What is foretold, of whom and by what it is judged.
-- Grain: one row per target.
with

windows as (
    select * from {{ ref('input_target_dates') }}
    where is_latest
),

period as (
    select * from {{ ref('int_data_period') }}
),

targets as (
    {%- for target in prediction_targets() %}
    select
        '{{ target.name }}' as target,
        '{{ target.entity }}' as entity,
        '{{ target.title }}' as title,
        '{{ target.baseline }}' as baseline_feature,
        {% if target.entity == 'customer' -%}
        cast(null as double) as horizon_days,
        {%- else -%}
        cast({{ target.horizon_days }} as double) as horizon_days,
        {%- endif %}
        cast({{ of_target('contact_cost', target) }} as double) as contact_cost,
        cast({{ of_target('contact_value', target) }} as double) as contact_value
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

told as (
    select
        targets.target,
        targets.entity,
        targets.title,
        targets.baseline_feature,
        period.as_of_date,
        period.as_of_at,
        coalesce(cast(windows.label_horizon_days as double), targets.horizon_days)
            as label_horizon_days,
        targets.contact_cost,
        targets.contact_value
    from targets
    cross join period
    left join windows on targets.target = windows.target
)

select * from told

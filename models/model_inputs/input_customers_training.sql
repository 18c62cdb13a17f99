-- Features at past as_of_dates joined to whether it then happened, for each target of
-- customers.
-- Grain: one row per target, period_date (the as_of_date) and customer, for dates whose
-- window has closed.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_customers') }}
),

windows as (
    select * from {{ ref('input_target_dates') }}
    where not is_latest
),

{% for target in prediction_targets('customer') -%}
label_{{ target.name }} as (
    select * from {{ ref('label_' ~ target.name) }}
),

{% endfor -%}
labelled as (
    {%- for target in prediction_targets('customer') %}
    select
        {{ prediction_columns(
            target, 'features.as_of_date', 'features.customer_id'
        ) }},
        case when happened.customer_id is null then 0 else 1 end as label
    from features
    inner join windows
        on
            features.as_of_date = windows.as_of_date
            and windows.target = '{{ target.name }}'
    left join label_{{ target.name }} as happened
        on
            features.as_of_date = happened.as_of_date
            and features.customer_id = happened.customer_id
    where {{ target.population }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from labelled

-- The same features at the latest as_of_date, of whom each target is foretold.
-- Grain: one row per target and customer.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

windows as (
    select * from {{ ref('input_target_dates') }}
    where is_latest
),

selected as (
    {%- for target in prediction_targets('customer') %}
    select
        {{ prediction_columns(
            target, 'features.as_of_date', 'features.customer_id'
        ) }}
    from features
    inner join windows
        on
            features.as_of_date = windows.as_of_date
            and windows.target = '{{ target.name }}'
    where {{ target.population }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from selected

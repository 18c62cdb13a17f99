-- How each order's sales are credited to what led to it, by eight models side by side.
-- Grain: one row per conversion and touch on its path; a conversion without a touch has
-- one row with campaign and channel `(none)`. Weights of a conversion sum to one under
-- every model, and revenue and margin to the order's own.
{{ config(materialized='view') }}
with

credits as (
    select * from {{ ref('touch_credits') }}
),

told as (
    select
        order_id as conversion_id,
        order_id,
        converted_at,
        converted_date,
        is_first_order,
        touch_id,
        touched_date,
        campaign_id,
        channel_group,
        position,
        path_length,
        {%- for model in attribution_models() %}
        {{ weight(model ~ '_weight') }} as {{ model }}_weight,
        {{ money(model ~ '_revenue') }} as {{ model }}_revenue,
        {{ money(model ~ '_margin') }} as {{ model }}_margin,
        {%- endfor %}
        '{{ reporting_currency() }}' as currency
    from credits
)

select * from told

-- Who is in which audience now, and why.
-- Grain: one row per segment and customer.
{%- set segments = [
    'champions', 'at_risk_high_value', 'new_without_second_order', 'likely_to_buy',
    'recommendations'
] %}
with

{% for segment in segments -%}
{{ segment }} as (
    select * from {{ ref(segment) }}
),

{% endfor -%}
members as (
    {%- for segment in segments %}
    select
        '{{ segment }}' as segment_id,
        customer_id,
        reason,
        as_of_date as valid_from,
        cast(null as date) as valid_to,
        true as is_current
    from {{ segment }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from members

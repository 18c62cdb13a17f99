-- Who is in which audience now, and why.
-- Grain: one row per segment and customer. segment_membership has who was in before.
with

{% for segment in audiences() -%}
{{ segment }} as (
    select * from {{ ref(segment) }}
),

{% endfor -%}
members as (
    {%- for segment in audiences() %}
    select
        '{{ segment }}' as segment_id,
        customer_id,
        reason,
        as_of_date
    from {{ segment }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from members

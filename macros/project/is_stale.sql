{#- Whether a score is too old to act on. -#}
{% macro is_stale(scored_on, today) -%}
    {{ day_difference(scored_on, today) }} > {{ var('score_max_age_days') }}
{%- endmacro %}

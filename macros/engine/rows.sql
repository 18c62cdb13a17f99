{#- Rows, one for each whole number from 0 to `last`, both included. -#}
{% macro numbers_to(last) -%}
    {{ adapter.dispatch('numbers_to', 'martlet')(last) }}
{%- endmacro %}

{% macro duckdb__numbers_to(last) -%}
    unnest(generate_series(0, {{ last }}))
{%- endmacro %}

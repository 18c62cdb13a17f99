{% macro duckdb__numbers_to(last) -%}
    unnest(generate_series(0, {{ last }}))
{%- endmacro %}

{% macro duckdb__not_materialized() -%}
    {{ return('not materialized') }}
{%- endmacro %}

{% macro duckdb__materialized() -%}
    {{ return('materialized') }}
{%- endmacro %}

{% macro duckdb__last_known(value) -%}
    last_value({{ value }} ignore nulls)
{%- endmacro %}

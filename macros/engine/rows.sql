{#- Rows, one for each whole number from 0 to `last`, both included. -#}
{% macro numbers_to(last) -%}
    {{ adapter.dispatch('numbers_to', 'martlet')(last) }}
{%- endmacro %}

{% macro duckdb__numbers_to(last) -%}
    unnest(generate_series(0, {{ last }}))
{%- endmacro %}

{#- Written before the query of a CTE that is cheaper to run again than to keep. -#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'martlet')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__not_materialized() -%}
    {{ return('not materialized') }}
{%- endmacro %}

{#- Written before the query of a CTE that is cheaper to keep than to run again. -#}
{% macro materialized() -%}
    {{ return(adapter.dispatch('materialized', 'martlet')()) }}
{%- endmacro %}

{% macro default__materialized() -%}
    {{ return('') }}
{%- endmacro %}

{% macro duckdb__materialized() -%}
    {{ return('materialized') }}
{%- endmacro %}

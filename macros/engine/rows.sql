{#- Rows, one for each whole number from 0 to `last`, both included. -#}
{% macro numbers_to(last) -%}
    {{ adapter.dispatch('numbers_to', 'martlet')(last) }}
{%- endmacro %}

{#- Written before the query of a CTE that is cheaper to run again than to keep. -#}
{% macro not_materialized() -%}
    {{ return(adapter.dispatch('not_materialized', 'martlet')()) }}
{%- endmacro %}

{% macro default__not_materialized() -%}
    {{ return('') }}
{%- endmacro %}

{#- Written before the query of a CTE that is cheaper to keep than to run again. -#}
{% macro materialized() -%}
    {{ return(adapter.dispatch('materialized', 'martlet')()) }}
{%- endmacro %}

{% macro default__materialized() -%}
    {{ return('') }}
{%- endmacro %}

{#- The last value of a window's rows that is not null; followed by `over`. -#}
{% macro last_known(value) -%}
    {{ adapter.dispatch('last_known', 'martlet')(value) }}
{%- endmacro %}

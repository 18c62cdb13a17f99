{% macro spark__numbers_to(last) -%}
    explode(sequence(0, {{ last }}))
{%- endmacro %}

{% macro spark__last_known(value) -%}
    last_value({{ value }}) ignore nulls
{%- endmacro %}

{#- Spark writes a CTE out anew wherever it is read, unless that could give other rows.
    This one cannot be foreseen. -#}
{% macro spark__computed_once() -%}
    {{- return('rand() >= 0') -}}
{%- endmacro %}

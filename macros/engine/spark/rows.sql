{% macro spark__numbers_to(last) -%}
    explode(sequence(0, {{ last }}))
{%- endmacro %}

{% macro spark__last_known(value) -%}
    last_value({{ value }}) ignore nulls
{%- endmacro %}

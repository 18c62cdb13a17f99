{% macro duckdb__nearest(number, digits) -%}
    {{- return("round(" ~ number ~ ", " ~ digits ~ ")") -}}
{%- endmacro %}

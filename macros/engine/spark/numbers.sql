{#- Spark rounds a double by the shortest text that stands for it. -#}
{% macro spark__nearest(number, digits) -%}
    {{- return(
        "case when typeof(" ~ number ~ ") like 'decimal%' then cast(round(" ~ number
        ~ ", " ~ digits ~ ") as double) else round((" ~ number ~ ") * 1e" ~ digits
        ~ ") / 1e" ~ digits ~ " end"
    ) -}}
{%- endmacro %}

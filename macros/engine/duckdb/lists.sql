{% macro duckdb__distinct_list(value) -%}
    list_sort(list_distinct(list({{ value }})))
{%- endmacro %}

{% macro duckdb__length_of_list(list) -%}
    len({{ list }})
{%- endmacro %}

{% macro duckdb__each_of(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro duckdb__bits_above(number, bits) -%}
    ({{ number }} >> {{ bits }})
{%- endmacro %}

{% macro spark__distinct_list(value) -%}
    sort_array(collect_set({{ value }}))
{%- endmacro %}

{% macro spark__length_of_list(list) -%}
    size({{ list }})
{%- endmacro %}

{% macro spark__each_of(list) -%}
    explode({{ list }})
{%- endmacro %}

{% macro spark__bits_above(number, bits) -%}
    shiftright({{ number }}, {{ bits }})
{%- endmacro %}

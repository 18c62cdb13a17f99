{#- Key columns of a raw table, as its contract declares them. -#}
{% macro raw_key(table_name) -%}
    {%- if not execute -%}
        {{- return(['known_once_parsed']) -}}
    {%- endif -%}
    {%- set table = graph.sources.values()
        | selectattr('source_name', 'equalto', 'store')
        | selectattr('name', 'equalto', table_name) | first -%}
    {{- return(table.config.meta['key']) -}}
{%- endmacro %}

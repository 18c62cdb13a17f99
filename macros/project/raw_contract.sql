{#- What a raw table's contract declares of it under `name`, such as its key; null where
    it declares nothing. Known only once the project is parsed. -#}
{% macro raw_contract(table_name, name) -%}
    {%- if not execute -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set table = graph.sources.values()
        | selectattr('source_name', 'equalto', 'store')
        | selectattr('name', 'equalto', table_name) | first -%}
    {{- return(table.config.meta.get(name)) -}}
{%- endmacro %}

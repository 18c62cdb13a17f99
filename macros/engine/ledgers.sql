{#-
  What Python models and the CLI write (`ml`, `ops`) is declared as sources with column
  types. Creating what is missing before a run lets plain `dbt build` work before any
  Python model has, and gives the writers their tables.
-#}
{% macro create_ledgers() %}
    {%- if execute -%}
        {%- for table in graph.sources.values()
            if table.source_name in ['ml', 'ops'] -%}
            {%- set columns = [] -%}
            {%- for column in table.columns.values() -%}
                {%- do columns.append(column.name ~ " " ~ column.data_type) -%}
            {%- endfor -%}
            {%- do run_query("create schema if not exists " ~ table.schema) -%}
            {%- do run_query(
                "create table if not exists " ~ table.schema ~ "." ~ table.name
                ~ " (" ~ columns | join(', ') ~ ")"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

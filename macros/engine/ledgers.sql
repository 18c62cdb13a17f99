{#-
  What Python models and the CLI write (`ml`, `ops`) is declared as sources with column
  types. Creating what is missing before a run lets plain `dbt build` work before any
  Python model has, and gives the writers their tables. A column that a newer version
  brings is added to what an older one left, null in the rows that are there.
-#}
{% macro create_ledgers() %}
    {%- if execute -%}
        {%- set schemas = ['ml', 'ops'] -%}
        {%- set present = _columns_by_table(schemas) -%}
        {%- for schema in schemas -%}
            {%- do run_query("create schema if not exists " ~ schema) -%}
        {%- endfor -%}
        {%- for table in graph.sources.values() if table.source_name in schemas -%}
            {%- set name = table.schema ~ "." ~ table.name -%}
            {%- set columns = [] -%}
            {%- for column in table.columns.values()
                if column.name | lower not in present.get(name, []) -%}
                {%- do columns.append(column.name ~ " " ~ column.data_type) -%}
            {%- endfor -%}
            {%- if name not in present -%}
                {%- do run_query(
                    "create table " ~ name ~ " (" ~ columns | join(', ') ~ ")"
                ) -%}
            {%- else -%}
                {%- for column in columns -%}
                    {%- do run_query(
                        "alter table " ~ name ~ " add column " ~ column
                    ) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{#- Asked for all at once: a question to the warehouse costs more than its answer. -#}
{% macro _columns_by_table(schemas) -%}
    {%- set present = {} -%}
    {%- for table, column in run_query(
        "select lower(table_schema || '.' || table_name), lower(column_name) "
        ~ "from information_schema.columns "
        ~ "where table_schema in ('" ~ schemas | join("', '") ~ "')"
    ).rows -%}
        {%- do present.setdefault(table, []).append(column) -%}
    {%- endfor -%}
    {{- return(present) -}}
{%- endmacro %}

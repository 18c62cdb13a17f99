{#-
  What Python models and the CLI write (`ml`, `ops`) is declared as sources with column
  types. Creating what is missing before a run lets plain `dbt build` work before any
  Python model has, and gives the writers their tables. A column that a newer version
  brings is added to what an older one left, null in the rows that are there.
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
            {%- do _add_missing_columns(table) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{% macro _add_missing_columns(table) -%}
    {%- set present = run_query(
        "select lower(column_name) from information_schema.columns "
        ~ "where table_schema = '" ~ table.schema ~ "' and table_name = '"
        ~ table.name ~ "'"
    ).columns[0].values() | list -%}
    {%- for column in table.columns.values()
        if column.name | lower not in present -%}
        {%- do run_query(
            "alter table " ~ table.schema ~ "." ~ table.name ~ " add column "
            ~ column.name ~ " " ~ column.data_type
        ) -%}
    {%- endfor -%}
{%- endmacro %}

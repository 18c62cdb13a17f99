{#- Asked for all at once: a question to the warehouse costs more than its answer. -#}
{% macro duckdb__columns_by_table(schemas) -%}
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

{% macro duckdb__add_columns(table, columns) -%}
    {%- set statements = [] -%}
    {%- for column in columns -%}
        {%- do statements.append("alter table " ~ table ~ " add column " ~ column) -%}
    {%- endfor -%}
    {{- return(statements | join('; ')) -}}
{%- endmacro %}

{% macro duckdb__has_table(schema, name) -%}
    {{- return(run_query(
        "select 1 from information_schema.tables where table_schema = '" ~ schema
        ~ "' and table_name = '" ~ name ~ "'"
    ).rows | length > 0) -}}
{%- endmacro %}

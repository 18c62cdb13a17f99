{#-
  What Python models and the CLI write (`ml`, `ops`) is declared as sources with column
  types. Creating what is missing before a run lets plain `dbt build` work before any
  Python model has, and gives the writers their tables. A column that a newer version
  brings is added to what an older one left, null in the rows that are there.
-#}
{% macro create_ledgers() %}
    {%- if execute -%}
        {%- set schemas = ['ml', 'ops'] -%}
        {%- for schema in schemas -%}
            {%- do run_query("create schema if not exists " ~ schema) -%}
        {%- endfor -%}
        {%- set present = columns_by_table(schemas) -%}
        {%- for table in graph.sources.values() if table.source_name in schemas -%}
            {%- set name = table.schema ~ "." ~ table.name -%}
            {%- set columns = [] -%}
            {%- for column in table.columns.values()
                if column.name | lower not in present.get(name, []) -%}
                {%- do columns.append(
                    column.name ~ " " ~ engine_type(column.data_type)
                ) -%}
            {%- endfor -%}
            {%- if name not in present -%}
                {%- do run_query(
                    "create table " ~ name ~ " (" ~ columns | join(', ') ~ ")"
                    ~ ledger_storage(table)
                ) -%}
            {%- elif columns -%}
                {%- do run_query(add_columns(name, columns)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{#- Names of the columns of each table of some schemas. -#}
{% macro columns_by_table(schemas) -%}
    {{- return(adapter.dispatch('columns_by_table', 'martlet')(schemas)) -}}
{%- endmacro %}

{#- Whether there is a table, which dbt's cache may not know of yet. -#}
{% macro has_table(schema, name) -%}
    {{- return(adapter.dispatch('has_table', 'martlet')(schema, name)) -}}
{%- endmacro %}

{#- What follows the columns where a ledger is made. -#}
{% macro ledger_storage(table) -%}
    {{- return(adapter.dispatch('ledger_storage', 'martlet')(table)) -}}
{%- endmacro %}

{% macro default__ledger_storage(table) -%}
    {{- return('') -}}
{%- endmacro %}

{% macro add_columns(table, columns) -%}
    {{- return(adapter.dispatch('add_columns', 'martlet')(table, columns)) -}}
{%- endmacro %}

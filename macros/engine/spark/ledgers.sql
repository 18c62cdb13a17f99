{% macro spark__columns_by_table(schemas) -%}
    {%- set present = {} -%}
    {%- for schema in schemas -%}
        {%- for table in run_query("show tables in " ~ schema).rows
            if not table['isTemporary'] -%}
            {%- set name = schema ~ "." ~ table['tableName'] -%}
            {%- do present.update({name: run_query("show columns in " ~ name)
                .columns[0].values() | map('lower') | list}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(present) -}}
{%- endmacro %}

{#- A ledger whose rows are replaced is cut into partitions by what they are replaced
    by, since plain files know no other way. -#}
{% macro spark__ledger_storage(table) -%}
    {%- set column = table.config.meta.get('replaced_by') -%}
    {{- return(
        " using parquet" ~ (" partitioned by (" ~ column ~ ")" if column else "")
    ) -}}
{%- endmacro %}

{% macro spark__add_columns(table, columns) -%}
    {{- return("alter table " ~ table ~ " add columns (" ~ columns | join(', ') ~ ")")
    -}}
{%- endmacro %}

{% macro spark__has_table(schema, name) -%}
    {{- return(run_query("show tables in " ~ schema ~ " like '" ~ name ~ "'")
        .rows | length > 0) -}}
{%- endmacro %}

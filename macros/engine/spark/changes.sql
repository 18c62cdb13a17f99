{#-
  Plain files can neither be updated nor deleted from: whole partitions are written
  anew. So a table that rows are replaced in is cut into partitions, and of each that is
  touched the rows that stay are written together with those that are new.
-#}

{#- Hooks and strategies give dbt one statement; what comes before it runs here. -#}
{% macro spark__statement_before(statement) -%}
    {%- do run_query(statement) -%}
    {{- return("") -}}
{%- endmacro %}

{% macro spark__replaced_rows(relation, columns, replaced, query) -%}
    {%- set partition = _partition_column(relation) -%}
    {%- set new = _values_of(partition, query) -%}
    {%- set old = _values_of(
        partition, "select * from " ~ relation ~ " where " ~ replaced
    ) -%}
    {%- set touched = (new + old) | unique | list -%}
    {%- if not touched -%}
        {{- return("select 1") -}}
    {%- endif -%}
    {%- set staying = partition ~ " in (" ~ touched | join(', ') ~ ") and not "
        ~ "coalesce(" ~ replaced ~ ", false)" -%}
    {%- set kept = _values_of(
        partition, "select * from " ~ relation ~ " where " ~ staying
    ) -%}
    {%- for value in touched | reject('in', kept + new) -%}
        {%- do run_query(
            "alter table " ~ relation ~ " drop if exists partition (" ~ partition
            ~ " = " ~ value ~ ")"
        ) -%}
    {%- endfor -%}
    {%- if not kept + new -%}
        {{- return("select 1") -}}
    {%- endif -%}
    {%- set columns = columns | reject('equalto', partition) | join(', ') ~ ", "
        ~ partition -%}
    {{- return(
        "insert overwrite table " ~ relation ~ " partition (" ~ partition ~ ") "
        ~ "select " ~ columns ~ " from " ~ relation ~ " where " ~ staying
        ~ " union all select " ~ columns ~ " from (" ~ query ~ ")"
    ) -}}
{%- endmacro %}

{% macro spark__without_rows(relation, condition) -%}
    {{- return(spark__replaced_rows(
        relation,
        adapter.get_columns_in_relation(relation) | map(attribute='name') | list,
        condition,
        "select * from " ~ relation ~ " where false"
    )) -}}
{%- endmacro %}

{% macro spark__added_rows(relation, key, number, query) -%}
    {%- set columns = adapter.get_columns_in_relation(relation)
        | map(attribute='name') | list -%}
    {%- set others = columns | reject('equalto', number) | join(', ') -%}
    {%- set has_key = "(" ~ key | join(', ') ~ ") in (select " ~ key | join(', ')
        ~ " from (" ~ query ~ "))" -%}
    {%- set summed -%}
    select {{ others }}, cast(sum({{ number }}) as int) as {{ number }}
    from (
        select {{ columns | join(', ') }} from {{ relation }} where {{ has_key }}
        union all
        select {{ columns | join(', ') }} from ({{ query }})
    )
    group by {{ others }}
    having sum({{ number }}) <> 0
    {%- endset -%}
    {{- return(spark__replaced_rows(relation, columns, has_key, summed)) -}}
{%- endmacro %}

{% macro spark__replaced_table(relation, columns, query) -%}
    {%- do run_query("truncate table " ~ relation) -%}
    {{- return(
        "insert into " ~ relation ~ " (" ~ columns | join(', ') ~ ") " ~ query
    ) -}}
{%- endmacro %}

{#- The partitions, as literals, that the rows of a query lie in. -#}
{% macro _values_of(partition, query) -%}
    {%- set values = [] -%}
    {%- for value in run_query(
        "select distinct cast(" ~ partition ~ " as string) from (" ~ query ~ ")"
    ).columns[0].values() -%}
        {%- do values.append("'" ~ _escaped(value) ~ "'") -%}
    {%- endfor -%}
    {{- return(values) -}}
{%- endmacro %}

{#- What a ledger's rows are replaced by, or what this model is cut by. -#}
{% macro _partition_column(relation) -%}
    {%- for table in graph.sources.values()
        if table.schema == relation.schema and table.name == relation.identifier -%}
        {{- return(table.config.meta.replaced_by) -}}
    {%- endfor -%}
    {{- return(partition_of_model().column) -}}
{%- endmacro %}

{#-
  How dbt-spark makes tables, and where this project has it do otherwise: tables that
  rows are replaced in get a column more, by which they are cut into partitions.
-#}

{#- By day where meta says `by_day: <an instant>`, by a visitor's share of all where it
    says `by_share_of: <an id>`. -#}
{% macro partition_of_model() -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- if meta.get('by_day') -%}
        {{- return({
            'column': meta.by_day ~ '_day',
            'value': 'cast(' ~ meta.by_day ~ ' as date)',
        }) -}}
    {%- elif meta.get('by_share_of') -%}
        {{- return({
            'column': 'share_of_' ~ meta.by_share_of,
            'value': 'pmod(hash(' ~ meta.by_share_of ~ '), 16)',
        }) -}}
    {%- endif -%}
    {{- return(none) -}}
{%- endmacro %}

{% macro spark__in_partitions(query) -%}
    {%- set partition = partition_of_model() -%}
    {%- if not partition -%}
        {{- return(query) -}}
    {%- endif -%}
    {{- return(
        "select *, " ~ partition.value ~ " as " ~ partition.column ~ " from ("
        ~ query ~ ")"
    ) -}}
{%- endmacro %}

{% macro spark__stored_rows() -%}
    {%- set partition = partition_of_model() -%}
    {{- return(
        "select * except (" ~ partition.column ~ ") from " ~ this if partition
        else "select * from " ~ this
    ) -}}
{%- endmacro %}

{% macro spark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {{- return(dbt.spark__create_table_as(
        temporary, relation, in_partitions(compiled_code), language
    )) -}}
{%- endmacro %}

{% macro spark__partition_cols(label, required=false) -%}
    {%- set partition = partition_of_model() -%}
    {{- return(label ~ " (" ~ partition.column ~ ")" if partition else "") -}}
{%- endmacro %}

{#- A killed build leaves files where it was making a table, and Spark makes none where
    any are: they are taken for a schema's and dropped with it. The first build has
    nothing to look for. -#}
{% macro spark__clear_leftovers() -%}
    {%- if adapter.check_schema_exists(target.database, 'ops') -%}
        {%- for id in selected_resources if id.startswith('model.') -%}
            {%- set model = graph.nodes[id] -%}
            {%- if model.config.materialized in ('table', 'incremental')
                and not adapter.get_relation(model.database, model.schema, model.alias)
            -%}
                {%- do _drop_directory(
                    _directory_of_schema(model.schema) ~ '/' ~ model.alias
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro _directory_of_schema(schema) -%}
    {{- return(run_query("describe schema " ~ schema).rows
        | selectattr('info_name', 'equalto', 'Location')
        | map(attribute='info_value') | first) -}}
{%- endmacro %}

{% macro _drop_directory(directory) -%}
    {%- do run_query("drop schema if exists leftovers cascade") -%}
    {%- do run_query(
        "create schema leftovers location '" ~ _escaped(directory) ~ "'"
    ) -%}
    {%- do run_query("drop schema leftovers cascade") -%}
{%- endmacro %}

{#- A contract names types as DuckDB does. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    {%- set selected = [] -%}
    {%- for column in columns.values() -%}
        {%- do selected.append(
            "cast(null as " ~ engine_type(column.data_type) ~ ") as " ~ column.name
        ) -%}
    {%- endfor -%}
    {{- return("select " ~ selected | join(', ') ~ " limit 0") -}}
{%- endmacro %}

{#- dbt-spark knows its own strategies alone; here they are macros, as elsewhere. -#}
{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) -%}
    {{- return(raw_strategy) -}}
{%- endmacro %}

{% macro dbt_spark_get_incremental_sql(
    strategy, source, target, existing, unique_key, incremental_predicates
) -%}
    {%- set strategy_macro = context['get_incremental_' ~ strategy ~ '_sql'] -%}
    {%- do run_query(_noted_as_changing()) -%}
    {{- return(strategy_macro({
        'target_relation': target,
        'temp_relation': source,
        'unique_key': unique_key,
        'dest_columns': adapter.get_columns_in_relation(target),
        'incremental_predicates': incremental_predicates,
    })) -}}
{%- endmacro %}

{#- Nothing takes back what a killed build has written, or what it has taken out to put
    something in its place. -#}
{% macro _noted_as_changing() -%}
    {%- set before = _state_of(model.name) -%}
    {{- return(
        "insert overwrite table " ~ _ledger('built_models')
        ~ " partition (model_name) select '" ~ _settings_while_changing() ~ "', "
        ~ before.refresh_number ~ ", " ~ before.change_number ~ ", '" ~ model.name ~ "'"
    ) -}}
{%- endmacro %}

{% macro spark__get_incremental_append_sql(arguments) -%}
    {{- return(get_insert_into_sql(
        arguments.temp_relation, arguments.target_relation
    )) -}}
{%- endmacro %}

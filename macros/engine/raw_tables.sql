{#-
  Raw tables are views over the files under the raw directory, one for each table of the
  contract, made before anything runs. A missing file or column gives typed emptiness,
  so that a store which lacks a table still builds.
-#}

{% macro raw_directory() -%}
    {{- return(adapter.dispatch('raw_directory', 'martlet')()) -}}
{%- endmacro %}

{% macro register_raw_tables() %}
    {%- if execute -%}
        {%- do adapter.dispatch('register_raw_tables', 'martlet')() -%}
    {%- endif -%}
{% endmacro %}

{#- A select of the contract's columns, in order and type, from what reads its files.
    Files of text know no null: `is_text` has an empty value be one. -#}
{% macro typed_select(table, reader, load_id, is_text=false, is_checked=false) -%}
    {%- set present = run_query("select * from " ~ reader ~ " limit 0").column_names
        | map('lower') | list -%}
    {%- set columns = [] -%}
    {%- for column in table.columns.values() -%}
        {%- set value = 'null' -%}
        {%- if column.config.meta.get('partition') -%}
            {%- set value = load_id -%}
        {%- elif column.name in present -%}
            {%- set value = adapter.quote(column.name) -%}
            {%- set value = guarded(
                "nullif(" ~ value ~ ", '')" if is_text else value, column, is_checked
            ) -%}
        {%- endif -%}
        {%- do columns.append(
            "cast(" ~ value ~ " as " ~ engine_type(column.data_type) ~ ") as "
            ~ column.name
        ) -%}
    {%- endfor -%}
    {{- return("select " ~ columns | join(', ') ~ " from " ~ reader) -}}
{%- endmacro %}

{#- The value of a column of a raw file. Contact data is read only where it is sealed,
    and text of a file that came around the loader only where it holds no address:
    neither must reach the warehouse in clear. -#}
{% macro guarded(value, column, is_checked) -%}
    {%- set meta = column.config.meta -%}
    {%- set text = "nullif(cast(" ~ value ~ " as string), '')" -%}
    {%- set broken = [] -%}
    {%- if meta.get('sealed') -%}
        {%- do broken.append("not " ~ contains_pattern(text, '^sealed:')) -%}
    {%- elif meta.get('pseudonym_of') -%}
        {%- do broken.append("not " ~ contains_pattern(text, '^[0-9a-f]{64}$')) -%}
    {%- elif is_checked and column.data_type == 'varchar' -%}
        {%- do broken.append(contains_pattern(
            text, '[A-Za-z0-9._%+-](@|%40)[A-Za-z0-9.-]*[A-Za-z0-9-][.][A-Za-z0-9]'
        )) -%}
        {%- if meta.get('redacted') -%}
            {%- do broken.append(contains_pattern(
                text, '(^|[^0-9A-Za-z])[+][1-9]([ ()./-]?[0-9]){7,14}'
            )) -%}
        {%- endif -%}
    {%- endif -%}
    {%- if not broken -%}
        {{- return(value) -}}
    {%- endif -%}
    {{- return(
        "case when " ~ broken | join(' or ') ~ " then " ~ failure(
            "raw column " ~ column.name ~ " holds contact data in clear; load the file "
            ~ "with martlet load"
        ) ~ " else " ~ text ~ " end"
    ) -}}
{%- endmacro %}

{#- The name by which the engine knows one of the contract's types. -#}
{% macro engine_type(data_type) -%}
    {{- return(adapter.dispatch('engine_type', 'martlet')(data_type)) -}}
{%- endmacro %}

{% macro default__engine_type(data_type) -%}
    {{- return(data_type) -}}
{%- endmacro %}

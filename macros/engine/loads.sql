{#- Which loads there are, and how a table takes in new ones and drops undone ones. -#}

{#-
  Loads of a raw table that lie in the raw directory, in their order. All files that a
  person put there by hand are one load, named after their paths below that directory,
  sizes and dates, so that it is another one when they change.
-#}
{% macro raw_loads(table) -%}
    {{- return(adapter.dispatch('raw_loads', 'martlet')(table)) -}}
{%- endmacro %}

{% macro duckdb__raw_loads(table) -%}
    {%- set raw = _literally(raw_directory()) -%}
    {%- set loads = run_query(
        "select distinct regexp_extract(file, '.*/load_id=([^/]+)/', 1) as load_id "
        ~ "from glob('" ~ raw ~ "/load_id=*/" ~ table ~ "/*') order by load_id"
    ).columns[0].values() | list -%}
    {%- set by_hand = raw ~ "/" ~ table ~ "/**" -%}
    {%- set files = run_query("select count(*) from glob('" ~ by_hand ~ "')") -%}
    {%- if files.columns[0].values()[0] > 0 -%}
        {%- do loads.append(run_query(
            "select 'by hand ' || md5(string_agg("
            ~ "filename[" ~ (raw_directory() | length + 2)
            ~ ":] || size || last_modified, ',' order by filename)) "
            ~ "from read_blob('" ~ by_hand ~ "')"
        ).columns[0].values()[0]) -%}
    {%- endif -%}
    {{- return(loads) -}}
{%- endmacro %}

{#- Whether a row came with one of the loads. -#}
{% macro came_with(loads) -%}
    {%- set by_load = [] -%}
    {%- set by_hand = [] -%}
    {%- for load in loads -%}
        {%- do (by_hand if load.startswith('by hand') else by_load).append(load) -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {%- if by_load -%}
        {%- do conditions.append("load_id in ('" ~ by_load | join("', '") ~ "')") -%}
    {%- endif -%}
    {%- if by_hand -%}
        {%- do conditions.append("load_id is null") -%}
    {%- endif -%}
    {{- return("(" ~ (conditions or ["false"]) | join(" or ") ~ ")") -}}
{%- endmacro %}

{#- A hash of all rows of a small table, whatever their order. -#}
{% macro content_of_table(relation) -%}
    {{- return(adapter.dispatch('content_of_table', 'martlet')(relation)) -}}
{%- endmacro %}

{% macro duckdb__content_of_table(relation) -%}
    {{- return(
        "select md5(string_agg(cast(t as varchar), ',' order by cast(t as varchar))) "
        ~ "from " ~ relation ~ " as t"
    ) -}}
{%- endmacro %}

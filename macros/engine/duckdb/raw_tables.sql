{#- MARTLET_RAW; unset, $MARTLET_HOME/raw if it has files; else the built-in sample. -#}
{% macro duckdb__raw_directory() -%}
    {%- if env_var('MARTLET_RAW', '') -%}
        {{- return(env_var('MARTLET_RAW')) -}}
    {%- endif -%}
    {%- set home = env_var('MARTLET_HOME', 'data') ~ '/raw' -%}
    {%- set pattern = _literally(home) ~ "/**" -%}
    {%- set files = run_query(
        "select count(*) from glob('" ~ pattern ~ "') "
        ~ "where file like '%.parquet' or file like '%.csv' or file like '%.csv.gz'"
    ) -%}
    {{- return(home if files.columns[0].values()[0] > 0 else 'seeds/sample') -}}
{%- endmacro %}

{% macro duckdb__register_raw_tables() %}
    {%- set raw = _literally(raw_directory()) -%}
    {%- for table in graph.sources.values() if table.source_name == 'store' -%}
        {%- set by_hand = _readers_of(raw ~ '/' ~ table.name ~ '/**') -%}
        {%- set loaded = _readers_of(raw ~ '/load_id=*/' ~ table.name) -%}
        {%- do run_query("create schema if not exists " ~ table.schema) -%}
        {%- do run_query(
            "create or replace view " ~ table.schema ~ "." ~ table.name ~ " as "
            ~ (
                _typed_selects(table, by_hand, is_checked=true)
                + _typed_selects(table, loaded)
                or _typed_selects(table, ["(select '' as filename where false)"])
            ) | join(' union all ')
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- One reading expression for each file format that the folders hold: those that a
    person filled, and those of loads. -#}
{% macro _readers_of(folders) -%}
    {%- set options = {
        '.parquet': (
            "read_parquet",
            "union_by_name = true, hive_partitioning = false, filename = true",
        ),
        '.csv': ("read_csv", _csv_options()),
        '.csv.gz': ("read_csv", _csv_options()),
    } -%}
    {%- set readers = [] -%}
    {%- for suffix, (reader, arguments) in options.items() -%}
        {%- set pattern = folders ~ "/*" ~ suffix -%}
        {%- set found = run_query("select count(*) from glob('" ~ pattern ~ "')") -%}
        {%- if found.columns[0].values()[0] > 0 -%}
            {%- do readers.append(reader ~ "('" ~ pattern ~ "', " ~ arguments ~ ")") -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(readers) -}}
{%- endmacro %}

{% macro _csv_options() -%}
    {{- return(
        "all_varchar = true, header = true, union_by_name = true, delim = ',', "
        ~ "quote = '\"', escape = '\"', comment = '', strict_mode = true, "
        ~ "hive_partitioning = false, filename = true"
    ) -}}
{%- endmacro %}

{#- One select for each reader. -#}
{% macro _typed_selects(table, readers, is_checked=false) -%}
    {%- set selects = [] -%}
    {%- for reader in readers -%}
        {%- do selects.append(typed_select(
            table, reader, _load_id_of("filename"), is_checked=is_checked
        )) -%}
    {%- endfor -%}
    {{- return(selects) -}}
{%- endmacro %}

{#- The load that brought a file; null where a person put it there. -#}
{% macro _load_id_of(path) -%}
    {{- return(
        "nullif(regexp_extract(" ~ path ~ ", '.*/load_id=([^/]+)/', 1), '')"
    ) -}}
{%- endmacro %}

{#- A path as text in a glob pattern, its own wildcards and quotes taken literally. -#}
{% macro _literally(path) -%}
    {{- return(
        path | replace("[", "[[]") | replace("*", "[*]") | replace("?", "[?]")
        | replace("'", "''")
    ) -}}
{%- endmacro %}

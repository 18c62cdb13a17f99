{#-
  Spark lists files as rows of the format binaryFile. What lies under the raw directory
  is listed once, into a table beside the raw views that everything else is read off.
-#}

{% macro spark__raw_directory() -%}
    {%- if env_var('MARTLET_RAW', '') -%}
        {{- return(env_var('MARTLET_RAW')) -}}
    {%- endif -%}
    {%- set home = env_var('MARTLET_HOME', 'data') ~ '/raw' -%}
    {#- Of two patterns one may find nothing; a path alone would have to be there. -#}
    {%- set listing = _list_files(
        'martlet_home_files', '{' ~ _spark_path(home) ~ ',seeds/sample}'
    ) -%}
    {%- set files = run_query(
        "select count(*) from " ~ listing ~ " where path like '%/raw/%' "
        ~ "and (path like '%.parquet' or path like '%.csv' or path like '%.csv.gz')"
    ) -%}
    {{- return(home if files.columns[0].values()[0] > 0 else 'seeds/sample') -}}
{%- endmacro %}

{% macro spark__register_raw_tables() %}
    {%- set directory = raw_directory() -%}
    {%- do run_query("create schema if not exists raw") -%}
    {%- do _drop_list_of_files() -%}
    {%- set listing = _list_files('martlet_raw_files', _spark_path(directory)) -%}
    {%- set raw = _whole_path(directory, listing) -%}
    {%- do run_query(
        "create table raw.files using parquet as select "
        ~ "substring(path, " ~ (raw | length + 2) ~ ") as path, "
        ~ "length, modificationTime from " ~ listing
    ) -%}
    {%- set paths = run_query("select path from raw.files").columns[0].values() -%}
    {%- for table in graph.sources.values() if table.source_name == 'store' -%}
        {%- do run_query(
            "create or replace view raw." ~ table.name ~ " as " ~ (
                _typed_by_spark(table, raw, paths)
                or [typed_select(table, '(select 1 as nothing where false)', 'null')]
            ) | join(' union all ')
        ) -%}
    {%- endfor -%}
{% endmacro %}

{#- A build that was killed while it made the list left files where the table was. -#}
{% macro _drop_list_of_files() -%}
    {%- if adapter.get_relation(target.database, 'raw', 'files') -%}
        {%- do run_query("drop table raw.files") -%}
    {%- else -%}
        {%- do _drop_directory(_directory_of_schema('raw') ~ '/files') -%}
    {%- endif -%}
{%- endmacro %}

{#- A temporary view of all files below a path, which it names. -#}
{% macro _list_files(name, path) -%}
    {%- do run_query(
        "create or replace temporary view " ~ name ~ " using binaryFile options ("
        ~ "path '" ~ path ~ "', recursiveFileLookup 'true')"
    ) -%}
    {{- return(name) -}}
{%- endmacro %}

{#- One select for each way in which the table's files are to be read. -#}
{% macro _typed_by_spark(table, raw, paths) -%}
    {%- set selects = [] -%}
    {%- set directory = _spark_path(raw) ~ '/' ~ table.name -%}
    {%- for suffix, format, options, is_text in [
        ('.parquet', 'parquet', "mergeSchema 'true'", false),
        ('.csv', 'csv', _csv_options_of_spark(), true),
        ('.csv.gz', 'csv', _csv_options_of_spark(), true),
    ] if _has_files(paths, table.name ~ '/.*' ~ suffix ~ '$') -%}
        {%- set files = 'raw.' ~ table.name ~ suffix | replace('.', '_') -%}
        {%- do run_query("drop table if exists " ~ files) -%}
        {%- do run_query(
            "create table " ~ files ~ " using " ~ format ~ " options (" ~ options
            ~ ", recursiveFileLookup 'true', pathGlobFilter '*" ~ suffix ~ "') "
            ~ "location '" ~ directory ~ "'"
        ) -%}
        {%- do selects.append(
            typed_select(table, files, 'null', is_text=is_text, is_checked=true)
        ) -%}
    {%- endfor -%}
    {%- if _has_files(paths, 'load_id=[^/]+/' ~ table.name ~ '/') -%}
        {%- do selects.append(typed_select(
            table,
            "parquet.`" ~ _spark_path(raw) ~ "/load_id=*/" ~ table.name ~ "/*.parquet`",
            "regexp_extract(_metadata.file_path, '.*/load_id=([^/]+)/', 1)"
        )) -%}
    {%- endif -%}
    {{- return(selects) -}}
{%- endmacro %}

{#- Files of one table whose headers differ are refused rather than misread. -#}
{% macro _csv_options_of_spark() -%}
    {{- return(
        "header 'true', multiLine 'true', quote '\"', escape '\"', mode 'FAILFAST', "
        ~ "enforceSchema 'false'"
    ) -}}
{%- endmacro %}

{% macro _has_files(paths, pattern) -%}
    {%- for path in paths if modules.re.match(pattern, path) -%}
        {{- return(true) -}}
    {%- endfor -%}
    {{- return(false) -}}
{%- endmacro %}

{% macro spark__engine_type(data_type) -%}
    {%- set types = {
        'varchar': 'string', 'blob': 'binary', 'integer[]': 'array<int>',
    } -%}
    {{- return(types.get(data_type, data_type)) -}}
{%- endmacro %}

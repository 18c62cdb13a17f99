{% macro duckdb__raw_loads(tables) -%}
    {%- set directory = raw_directory() -%}
    {%- set raw = _literally(directory) -%}
    {%- set loads = [] -%}
    {%- for table in tables -%}
        {%- for load in run_query(
            "select distinct regexp_extract(file, '.*/load_id=([^/]+)/', 1) as load_id "
            ~ "from glob('" ~ raw ~ "/load_id=*/" ~ table ~ "/*') order by load_id"
        ).columns[0].values() -%}
            {%- do loads.append((table, load)) -%}
        {%- endfor -%}
        {%- set by_hand = raw ~ "/" ~ table ~ "/**" -%}
        {%- set files = run_query("select count(*) from glob('" ~ by_hand ~ "')") -%}
        {%- if files.columns[0].values()[0] > 0 -%}
            {%- do loads.append((table, run_query(
                "select 'by hand ' || md5(string_agg("
                ~ "filename[" ~ (directory | length + 2)
                ~ ":] || size || last_modified, ',' order by filename)) "
                ~ "from read_blob('" ~ by_hand ~ "')"
            ).columns[0].values()[0])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(loads) -}}
{%- endmacro %}

{% macro duckdb__content_of_table(relation) -%}
    {{- return(
        "select md5(string_agg(cast(t as varchar), ',' order by cast(t as varchar))) "
        ~ "from " ~ relation ~ " as t"
    ) -}}
{%- endmacro %}

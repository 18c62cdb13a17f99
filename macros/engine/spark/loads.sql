{% macro spark__raw_loads(tables) -%}
    {%- set names = "('" ~ tables | join("', '") ~ "')" -%}
    {{- return(run_query(
        "select distinct split_part(path, '/', 2) as raw_table, "
        ~ "regexp_extract(path, '^load_id=([^/]+)/', 1) as load_id from raw.files "
        ~ "where path like 'load_id=%/%/%' and split_part(path, '/', 2) in " ~ names
        ~ " union all select split_part(path, '/', 1), 'by hand ' || md5(listagg("
        ~ "concat(path, length, modificationTime), ',') within group (order by path)) "
        ~ "from raw.files where split_part(path, '/', 1) in " ~ names ~ " group by 1"
    ).rows) -}}
{%- endmacro %}

{% macro spark__content_of_table(relation) -%}
    {{- return(
        "select md5(listagg(cast(struct(t.*) as string), ',') "
        ~ "within group (order by cast(struct(t.*) as string))) from " ~ relation
        ~ " as t"
    ) -}}
{%- endmacro %}

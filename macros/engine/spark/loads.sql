{% macro spark__raw_loads(table) -%}
    {%- set loads = run_query(
        "select distinct regexp_extract(path, '^load_id=([^/]+)/', 1) as load_id "
        ~ "from raw.files where path like 'load_id=%/" ~ table ~ "/%' order by load_id"
    ).columns[0].values() | list -%}
    {%- set by_hand = run_query(
        "select 'by hand ' || md5(listagg(concat(path, length, modificationTime), ',') "
        ~ "within group (order by path)) from raw.files where path like '"
        ~ table ~ "/%' having count(*) > 0"
    ).columns[0].values() -%}
    {{- return(loads + by_hand | list) -}}
{%- endmacro %}

{% macro spark__content_of_table(relation) -%}
    {{- return(
        "select md5(listagg(cast(struct(t.*) as string), ',') "
        ~ "within group (order by cast(struct(t.*) as string))) from " ~ relation
        ~ " as t"
    ) -}}
{%- endmacro %}

{#- dbt-spark writes the values of a seed into its SQL without escaping them. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for value in row -%}
            {%- set column = agate_table.column_names[loop.index0] -%}
            {%- set type = types.get(
                column, adapter.convert_type(agate_table, loop.index0)
            ) -%}
            {%- do values.append(
                "cast(" ~ ("null" if value is none else "'" ~ _escaped(value) ~ "'")
                ~ " as " ~ engine_type(type) ~ ")"
            ) -%}
        {%- endfor -%}
        {%- do rows.append("(" ~ values | join(', ') ~ ")") -%}
    {%- endfor -%}
    {%- for chunk in rows | batch(get_batch_size()) -%}
        {%- do adapter.add_query(
            "insert into " ~ this ~ " values " ~ chunk | join(', '),
            abridge_sql_log=True
        ) -%}
    {%- endfor -%}
    {{- return("select " ~ rows | length ~ " as rows_inserted") -}}
{%- endmacro %}

{% macro _escaped(value) -%}
    {{- return(value | string | replace("\\", "\\\\") | replace("'", "\\'")) -}}
{%- endmacro %}

{% macro duckdb__statement_before(statement) -%}
    {{- return(statement ~ ";\n") -}}
{%- endmacro %}

{#- Both in the transaction that builds the model, or one of its own. -#}
{% macro duckdb__replaced_rows(relation, columns, replaced, query) -%}
    {{- return(
        "delete from " ~ relation ~ " where " ~ replaced ~ ";\n"
        ~ "insert into " ~ relation ~ " (" ~ columns | join(', ') ~ ") "
        ~ "select " ~ columns | join(', ') ~ " from (" ~ query ~ ")"
    ) -}}
{%- endmacro %}

{% macro duckdb__replaced_table(relation, columns, query) -%}
    {{- return(duckdb__replaced_rows(relation, columns, "true", query)) -}}
{%- endmacro %}

{% macro duckdb__without_rows(relation, condition) -%}
    {{- return("delete from " ~ relation ~ " where " ~ condition) -}}
{%- endmacro %}

{% macro duckdb__added_rows(relation, key, number, query) -%}
    merge into {{ relation }} as stored
    using ({{ query }}) as difference
    on
        {%- for column in key %}
        {{ 'and ' if not loop.first }}stored.{{ column }} = difference.{{ column }}
        {%- endfor %}
    when matched and stored.{{ number }} + difference.{{ number }} = 0 then delete
    when matched then
        update set {{ number }} = stored.{{ number }} + difference.{{ number }}
    when not matched then
        insert ({{ key | join(', ') }}, {{ number }})
        values (
            {%- for column in key %}
            difference.{{ column }},
            {%- endfor %}
            difference.{{ number }}
        )
{%- endmacro %}

{#- Changes to tables that stay. Engines differ in what they can change in place. -#}

{#- A statement that is over before what is written after it begins. -#}
{% macro statement_before(statement) -%}
    {{- return(adapter.dispatch('statement_before', 'martlet')(statement)) -}}
{%- endmacro %}

{#-
  Put the rows of a query in the place of those of a table for which a condition holds.
  The query names the table's columns, in whatever order, and neither it nor the
  condition sees what was changed. -#}
{% macro replaced_rows(relation, columns, replaced, query) -%}
    {{- return(adapter.dispatch('replaced_rows', 'martlet')(
        relation, columns, replaced, query
    )) -}}
{%- endmacro %}

{#- Put the rows of a query in the place of all. -#}
{% macro replaced_table(relation, columns, query) -%}
    {{- return(adapter.dispatch('replaced_table', 'martlet')(relation, columns, query))
    -}}
{%- endmacro %}

{#- Take out the rows for which a condition holds. -#}
{% macro without_rows(relation, condition) -%}
    {{- return(adapter.dispatch('without_rows', 'martlet')(relation, condition)) -}}
{%- endmacro %}

{#-
  Add the numbers of a query to those of a table, by key; what comes to nothing is gone.
-#}
{% macro added_rows(relation, key, number, query) -%}
    {{- return(adapter.dispatch('added_rows', 'martlet')(relation, key, number, query))
    -}}
{%- endmacro %}

{#- The rows of a query as this model's table holds them: with what it is cut by. -#}
{% macro in_partitions(query) -%}
    {{- return(adapter.dispatch('in_partitions', 'martlet')(query)) -}}
{%- endmacro %}

{% macro default__in_partitions(query) -%}
    {{- return(query) -}}
{%- endmacro %}

{#- This model's table as its query gave it: without what it is cut by. -#}
{% macro stored_rows() -%}
    {{- return(adapter.dispatch('stored_rows', 'martlet')()) -}}
{%- endmacro %}

{% macro default__stored_rows() -%}
    {{- return("select * from " ~ this) -}}
{%- endmacro %}

{#- What a killed build left in the way of tables that are not there. -#}
{% macro clear_leftovers() -%}
    {%- if execute -%}
        {%- do adapter.dispatch('clear_leftovers', 'martlet')() -%}
    {%- endif -%}
{%- endmacro %}

{#- With transactions there is none. -#}
{% macro default__clear_leftovers() -%}
{%- endmacro %}

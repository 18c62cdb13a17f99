{#-
  How this store reports: the project variable where one is set, else what the store
  says of itself in its raw table `store`, else what its orders suggest.
-#}

{% macro reporting_currency() -%}
    {%- if var('reporting_currency', none) -%}
        {{- return(var('reporting_currency')) -}}
    {%- endif -%}
    {{- return(_first_value(
        "select reporting_currency from " ~ source('store', 'store') ~ " union all "
        ~ "select currency from (select currency, count(*) as orders from "
        ~ source('store', 'orders') ~ " where currency is not null group by currency "
        ~ "order by orders desc, currency limit 1) as commonest",
        'EUR'
    )) -}}
{%- endmacro %}

{% macro reporting_timezone() -%}
    {%- if var('reporting_timezone', none) -%}
        {{- return(var('reporting_timezone')) -}}
    {%- endif -%}
    {{- return(_first_value(
        "select reporting_timezone from " ~ source('store', 'store'), 'UTC'
    )) -}}
{%- endmacro %}

{% macro _first_value(query, default) -%}
    {%- if not execute -%}
        {{- return(default) -}}
    {%- endif -%}
    {%- set values = run_query(query).columns[0].values() -%}
    {{- return(values[0] if values and values[0] is not none else default) -}}
{%- endmacro %}

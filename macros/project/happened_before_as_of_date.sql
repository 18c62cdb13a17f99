{#-
  Whether something had happened before the as_of_date variable: the one place where a
  warehouse told as of an earlier date forgets what came later. Without the variable the
  as_of_date is the day after the last day in the data, and there is nothing to forget.
-#}
{% macro happened_before_as_of_date(happened_at, is_day=false) -%}
    {%- set as_of_date = var('as_of_date', none) -%}
    {%- set as_of_day = "cast('" ~ as_of_date ~ "' as date)" -%}
    {%- if as_of_date is none -%}
    true
    {%- elif is_day -%}
    {{ happened_at }} < {{ as_of_day }}
    {%- else -%}
    {{ happened_at }} < {{ start_of_reporting_date(as_of_day) }}
    {%- endif -%}
{%- endmacro %}

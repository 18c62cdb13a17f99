{#-
  After how many days without an order a customer is `at_risk` or `lapsed`: so many of
  their usual gaps (variable lifecycle_<stage>_gaps), or a fixed number of days for
  everyone (variable lifecycle_<stage>_days).
-#}
{% macro lifecycle_days(stage, usual_days) -%}
    {%- set fixed_days = var('lifecycle_' ~ stage ~ '_days') -%}
    {%- if fixed_days is none -%}
    {{ var('lifecycle_' ~ stage ~ '_gaps') }} * {{ usual_days }}
    {%- else -%}
    {{ fixed_days }}
    {%- endif -%}
{%- endmacro %}

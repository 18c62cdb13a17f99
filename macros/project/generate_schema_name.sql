{#- Schemas are the rooms, so a model's schema is its room's name and nothing else. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}

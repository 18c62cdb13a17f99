{% macro spark__joined_texts(text, separator, order_by) -%}
    listagg({{ text }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{#- What Spark calls median is exact. -#}
{% macro spark__median(value) -%}
    median({{ value }})
{%- endmacro %}

{% macro spark__value_at_share(value, share) -%}
    percentile({{ value }}, {{ share }})
{%- endmacro %}

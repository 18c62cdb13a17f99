{#- Margin assumed where a line's category says nothing: the `(any)` row of category_rules. -#}
{% macro assumed_margin_rate() -%}
    (select assumed_margin_rate from {{ ref('category_rules') }} where category = '(any)')
{%- endmacro %}

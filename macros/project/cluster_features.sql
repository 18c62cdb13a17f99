{#- What customers are clustered by, in one list. -#}
{% macro cluster_features() -%}
    {{- return([
        'recency_days', 'orders', 'average_order_value', 'discount_share',
        'return_share', 'categories', 'sessions_90d',
    ]) -}}
{%- endmacro %}

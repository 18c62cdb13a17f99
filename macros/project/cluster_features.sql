{#- What customers are clustered by, in one list: how lately, how often, in what rhythm
    and how late by it, for how much, how broadly and how dearly they buy. -#}
{% macro cluster_features() -%}
    {{- return([
        'recency_days', 'orders', 'mean_days_between_orders', 'overdue_ratio',
        'net_sales', 'categories', 'discount_share',
    ]) -}}
{%- endmacro %}

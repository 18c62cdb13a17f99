{#- Names an assignment to an arm of a campaign's experiment. -#}
{% macro assignment_id(campaign_id, customer_id) -%}
    'assignment ' || {{ campaign_id }} || ' ' || {{ customer_id }}
{%- endmacro %}

{#- What experiments are judged by, for each customer assigned. -#}
{% macro lift_metrics() -%}
    {{- return(['conversion_rate', 'revenue_per_customer', 'margin_per_customer']) -}}
{%- endmacro %}

{#- Shares of customers that experiments hold back, where nobody said which; the rest is
    split evenly. Pilots hold back most. -#}
{% macro customary_control_shares() -%}
    {{- return([
        0.05, 0.1, 0.15, 0.2, 0.25, 0.3, '1 / 3e0', 0.4, 0.5,
        0.6, '2 / 3e0', 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
    ]) -}}
{%- endmacro %}

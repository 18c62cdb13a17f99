{#- Names an assignment to an arm of a campaign's experiment. -#}
{% macro assignment_id(campaign_id, customer_id) -%}
    'assignment ' || {{ campaign_id }} || ' ' || {{ customer_id }}
{%- endmacro %}

{#- What experiments are judged by, for each customer assigned. -#}
{% macro lift_metrics() -%}
    {{- return(['conversion_rate', 'revenue_per_customer', 'margin_per_customer']) -}}
{%- endmacro %}

{#- Shares of customers that experiments usually hold back, where nobody said which. -#}
{% macro customary_control_shares() -%}
    {{- return([0.05, 0.1, 0.2, 0.25, '1 / 3.0', 0.5]) -}}
{%- endmacro %}

{#-
  The features that customer models are fitted on, in one list: training and scoring
  inputs select the same columns because they select them from here.
-#}
{% macro customer_features() -%}
    {{- return([
        'is_guest', 'tenure_days', 'recency_days',
        'orders', 'orders_30d', 'orders_90d', 'orders_365d',
        'net_sales', 'net_sales_90d', 'gross_margin', 'average_order_value',
        'discount_share', 'return_share', 'categories',
        'mean_days_between_orders', 'days_overdue',
        'sessions_7d', 'sessions_30d', 'sessions_90d',
        'item_views_30d', 'add_to_carts_30d', 'searches_30d',
        'campaign_clicks_90d', 'support_messages_90d', 'reviews',
    ]) -}}
{%- endmacro %}

{#- The select list of a model input: keys, then every feature as a number. -#}
{% macro customer_feature_columns(relation) -%}
    {{ relation }}.as_of_date,
        {{ relation }}.customer_id,
        {%- for feature in customer_features() %}
        cast({{ relation }}.{{ feature }} as double) as {{ feature }}
        {{- ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#-
  What is foretold by, one list for each kind of row that is scored: training and
  scoring inputs select the same columns because they select them from here.
-#}
{% macro prediction_features(entity) -%}
    {{- return({
        'customer': [
            'is_guest', 'tenure_days', 'recency_days',
            'orders', 'orders_30d', 'orders_90d', 'orders_365d',
            'net_sales', 'net_sales_90d', 'gross_margin', 'average_order_value',
            'discount_share', 'return_share', 'categories',
            'mean_days_between_orders', 'days_overdue',
            'sessions_7d', 'sessions_30d', 'sessions_90d',
            'item_views_30d', 'add_to_carts_30d', 'searches_30d',
            'campaign_clicks_90d', 'support_messages_90d', 'reviews',
        ],
        'cart': [
            'hours_since_last_cart_event', 'hours_since_opened',
            'add_to_carts', 'remove_from_carts', 'checkouts', 'products',
            'cart_value', 'is_in_checkout',
            'visitor_sessions', 'visitor_events_24h', 'visitor_item_views_24h',
            'visitor_purchases', 'days_since_last_purchase',
            'is_mobile', 'is_identified', 'channel_group',
        ],
        'contact': [
            'campaign_type', 'tenure_days', 'orders', 'net_sales', 'recency_days',
            'contacts', 'responses', 'response_rate',
            'days_since_last_contact', 'days_since_last_response',
            'sessions', 'days_since_last_session',
        ],
        'campaign': [
            'campaign_type', 'platform', 'objective', 'channel_group',
            'duration_days', 'budget', 'month_sine', 'month_cosine',
            'net_sales_28d', 'spend_share', 'channel_spend_28d',
            'channel_roi_28d', 'channel_roi_365d',
        ],
    }[entity]) -}}
{%- endmacro %}

{#- The select list of an input: what is foretold, the date that gives the row its part
    in fitting, who or what it is foretold of, and every feature. -#}
{% macro prediction_columns(target, period_date, entity_id) -%}
    '{{ target.name }}' as target,
        cast({{ period_date }} as date) as period_date,
        {{ entity_id }} as entity_id,
        {{ feature_columns(target.entity) }}
{%- endmacro %}

{#- Every feature of a kind of row: words as they are, all else as numbers. -#}
{% macro feature_columns(entity) -%}
        {%- set words = ['channel_group', 'campaign_type', 'platform', 'objective'] %}
        {%- for feature in prediction_features(entity) %}
        {%- if feature in words %}
        features.{{ feature }}
        {%- else %}
        cast(features.{{ feature }} as double) as {{ feature }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

{#- The end of a window of so many days, also of a fraction, from an instant on. -#}
{% macro horizon_later(instant, horizon_days) -%}
    {{ seconds_later(instant, (horizon_days * 86400) | int) }}
{%- endmacro %}

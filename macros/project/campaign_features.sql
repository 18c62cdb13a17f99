{#- What the return of a planned campaign is foretold by. -#}
{% macro campaign_features() -%}
    {{- return([
        'campaign_type', 'platform', 'objective', 'channel_group',
        'duration_days', 'budget', 'month_sine', 'month_cosine',
        'net_sales_28d', 'spend_share', 'channel_spend_28d',
        'channel_roi_28d', 'channel_roi_365d',
    ]) -}}
{%- endmacro %}

{% macro campaign_columns() -%}
    period.as_of_date,
        features.campaign_id,
        features.starts_on,
        {%- for feature in campaign_features() %}
        {% if feature in ['campaign_type', 'platform', 'objective', 'channel_group'] -%}
        features.{{ feature }}
        {%- else -%}
        cast(features.{{ feature }} as double) as {{ feature }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
{%- endmacro %}

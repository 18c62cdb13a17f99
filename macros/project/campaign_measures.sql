{#- What adds up over campaigns and days, and the ratios of the sums. -#}

{% macro campaign_sums() -%}
    {{ money('sum(spend)') }} as spend,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        {{ as_decimal('sum(conversions)', 28, 12) }} as conversions,
        {{ as_decimal('sum(new_customers)', 28, 12) }} as new_customers,
        {{ money('sum(attributed_revenue)') }} as attributed_revenue,
        {{ money('sum(attributed_margin)') }} as attributed_margin,
        count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
{%- endmacro %}

{% macro campaign_ratios() -%}
    {{ ratio('clicks', 'impressions') }} as ctr,
        {{ ratio('spend', 'clicks') }} as cpc,
        1000 * {{ ratio('spend', 'impressions') }} as cpm,
        {{ ratio('conversions', 'clicks') }} as cvr,
        {{ ratio('spend', 'conversions') }} as cpa,
        {{ ratio('spend', 'new_customers') }} as cac,
        {{ ratio('attributed_revenue', 'conversions') }} as aov,
        {{ ratio('attributed_revenue', 'spend') }} as roas,
        {{ ratio('attributed_margin - spend', 'spend') }} as roi
{%- endmacro %}

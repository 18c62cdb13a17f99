-- What campaigns cost and what is credited to them, day by day.
-- Grain: one row per campaign, channel, day, attribution model and date basis. Spend
-- stands on its own day on every basis; credit on the day of the order (`conversion`),
-- on that of the touch that earned it (`spend`), or, as books are kept, sales on the
-- day of the order and refunds on the day they were made (`refund`). Parts add up over
-- any rows, and every basis has the same totals.
{%- set nothing = '0 as spend, 0 as impressions, 0 as clicks' %}
with

credits as (
    select * from {{ ref('touch_credits') }}
),

refunds as (
    select * from {{ ref('refund_credits') }}
),

spend as (
    select * from {{ ref('fct_ad_spend') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

summed as (
    select
        campaign_id,
        channel_group,
        converted_date,
        touched_date,
        is_margin_assumed
        {%- for model in attribution_models() %},
        sum({{ model }}_weight) as {{ model }}_conversions,
        sum(case when is_first_order then {{ model }}_weight else 0 end)
            as {{ model }}_new_customers,
        sum({{ model }}_revenue) as {{ model }}_revenue,
        sum({{ model }}_margin) as {{ model }}_margin
        {%- endfor %}
    from credits
    group by campaign_id, channel_group, converted_date, touched_date, is_margin_assumed
),

parts as (
    {%- for model in attribution_models() %}
    {%- for date_basis, date_day in [
        ('conversion', 'converted_date'), ('spend', 'touched_date'),
        ('refund', 'converted_date'),
    ] %}
    select
        campaign_id, channel_group, {{ date_day }} as date_day,
        '{{ model }}' as attribution_model, '{{ date_basis }}' as date_basis,
        {{ nothing }},
        {{ model }}_conversions as conversions,
        {{ model }}_new_customers as new_customers,
        {{ model }}_revenue as attributed_revenue,
        {{ model }}_margin as attributed_margin,
        is_margin_assumed
    from summed
    union all
    {%- endfor %}
    -- Credit is net of refunds: the books take them back, and make them on their day.
    {%- for sign, date_day in [('', 'converted_date'), ('-', 'return_date')] %}
    select
        campaign_id, channel_group, {{ date_day }}, '{{ model }}', 'refund',
        {{ nothing }}, 0, 0,
        {{ sign }}{{ model }}_revenue, {{ sign }}{{ model }}_margin, is_margin_assumed
    from refunds
    union all
    {%- endfor %}
    {%- for date_basis in ['conversion', 'spend', 'refund'] %}
    select
        spend.campaign_id, coalesce(campaigns.channel_group, 'Unassigned'),
        spend.date_day, '{{ model }}', '{{ date_basis }}',
        spend.spend, spend.impressions, spend.clicks, 0, 0, 0, 0, false
    from spend
    inner join period on spend.date_day < period.as_of_date
    left join campaigns on spend.campaign_id = campaigns.campaign_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

added as (
    select
        campaign_id,
        channel_group,
        date_day,
        attribution_model,
        date_basis,
        {{ campaign_sums() }}
    from parts
    group by campaign_id, channel_group, date_day, attribution_model, date_basis
)

select * from added

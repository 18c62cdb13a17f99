-- What campaigns cost and what is credited to them.
-- Grain: one row per campaign, channel, day, attribution model and date basis. On the
-- conversion basis credit stands on the day of the order, on the spend basis on the day
-- of the touch that earned it; spend stands on its own day on both. Parts add up over
-- any rows; ratios are of this row's parts. Orders that no campaign led to are campaign
-- `(none)`. ROI is profit over cost, on margin.
{%- set attribution_models = ['first_touch', 'last_touch', 'linear'] %}
with

attribution as (
    select * from {{ ref('campaign_attribution') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
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

credits as (
    {%- for model in attribution_models %}
    select
        '{{ model }}' as attribution_model,
        attribution.campaign_id,
        attribution.channel_group,
        attribution.converted_date,
        attribution.touched_date,
        attribution.{{ model }}_weight as conversions,
        case
            when attribution.is_first_order then attribution.{{ model }}_weight
            else 0
        end as new_customers,
        attribution.{{ model }}_revenue as attributed_revenue,
        attribution.{{ model }}_margin as attributed_margin,
        orders.is_margin_assumed
    from attribution
    inner join orders on attribution.order_id = orders.order_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

credited as (
    {%- for date_basis, date_column in
        [('conversion', 'converted_date'), ('spend', 'touched_date')] %}
    select
        campaign_id,
        channel_group,
        {{ date_column }} as date_day,
        attribution_model,
        '{{ date_basis }}' as date_basis,
        0 as spend,
        0 as impressions,
        0 as clicks,
        conversions,
        new_customers,
        attributed_revenue,
        attributed_margin,
        is_margin_assumed
    from credits
    union all
    {%- endfor %}
    select
        spend.campaign_id,
        coalesce(campaigns.channel_group, 'Unassigned') as channel_group,
        spend.date_day,
        models.attribution_model,
        bases.date_basis,
        spend.spend,
        spend.impressions,
        spend.clicks,
        0 as conversions,
        0 as new_customers,
        0 as attributed_revenue,
        0 as attributed_margin,
        false as is_margin_assumed
    from spend
    inner join period on spend.date_day < period.as_of_date
    left join campaigns on spend.campaign_id = campaigns.campaign_id
    cross join (
        {%- for model in attribution_models %}
        select '{{ model }}' as attribution_model {{ 'union all' if not loop.last }}
        {%- endfor %}
    ) as models
    cross join (
        select 'conversion' as date_basis union all select 'spend' as date_basis
    ) as bases
),

summed as (
    select
        campaign_id,
        channel_group,
        date_day,
        attribution_model,
        date_basis,
        {{ campaign_sums() }}
    from credited
    group by campaign_id, channel_group, date_day, attribution_model, date_basis
),

with_ratios as (
    select
        summed.*,
        '{{ reporting_currency() }}' as currency,
        {{ campaign_ratios() }}
    from summed
)

select * from with_ratios

-- What each campaign cost and brought over all days.
-- Grain: one row per campaign, channel and attribution model. Both date bases have the
-- same totals; the conversion basis is summed.
with

daily as (
    select * from {{ ref('campaign_roi') }}
    where date_basis = 'conversion'
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

summed as (
    select
        campaign_id,
        channel_group,
        attribution_model,
        {{ campaign_sums() }}
    from daily
    group by campaign_id, channel_group, attribution_model
),

with_ratios as (
    select
        summed.*,
        campaigns.campaign_name,
        '{{ reporting_currency() }}' as currency,
        {{ campaign_ratios() }}
    from summed
    left join campaigns on summed.campaign_id = campaigns.campaign_id
)

select * from with_ratios

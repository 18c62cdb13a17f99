-- What campaigns cost and what is credited to them, with the ratios of both.
-- Grain: one row per campaign, channel, day, attribution model and date basis. Parts
-- add up over any rows; ratios are of this row's parts. Orders that no campaign led to
-- are campaign `(none)`. ROI is profit over cost, on margin.
with

days as (
    select * from {{ ref('campaign_days') }}
),

with_ratios as (
    select
        days.*,
        max(spend) over (partition by campaign_id) > 0 as has_spend,
        '{{ reporting_currency() }}' as currency,
        {{ campaign_ratios() }}
    from days
)

select * from with_ratios

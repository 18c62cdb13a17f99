-- What campaigns returned that are over.
-- Grain: one row per campaign with spend, from `closed_on` on: the day after its last
-- one and the lookback within which it may still lead to orders. Returns are by the
-- attribution model of `forecast_attribution_model`, as of as_of_date.
with

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

days as (
    select * from {{ ref('campaign_days') }}
    where
        attribution_model = '{{ var("forecast_attribution_model") }}'
        and date_basis = 'conversion'
),

period as (
    select * from {{ ref('int_data_period') }}
),

dated as (
    select
        campaigns.campaign_id,
        cast({{ days_later(
            'campaigns.ends_on', var('attribution_lookback_days') + 1
        ) }} as date) as closed_on,
        period.as_of_date
    from campaigns
    cross join period
    -- A campaign that ends before it begins is a slip of the pen.
    where campaigns.ends_on >= coalesce(campaigns.starts_on, campaigns.ends_on)
),

summed as (
    select
        dated.campaign_id,
        dated.closed_on,
        sum(days.spend) as spend,
        sum(days.attributed_margin) as margin
    from dated
    inner join days
        on
            dated.campaign_id = days.campaign_id
            and days.date_day < dated.closed_on
    where dated.closed_on <= dated.as_of_date
    group by dated.campaign_id, dated.closed_on
),

told as (
    select
        campaign_id,
        closed_on,
        spend,
        margin,
        {{ ratio('margin - spend', 'spend') }} as roi
    from summed
    where spend > 0
)

select * from told

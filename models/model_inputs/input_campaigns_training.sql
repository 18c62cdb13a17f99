-- Campaigns that are over as they were known before they began, joined to what they
-- returned.
-- Grain: one row per campaign with spend.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_campaigns') }}
),

returns as (
    select * from {{ ref('label_campaign_roi') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

joined as (
    select
        period.as_of_date,
        features.campaign_id,
        features.starts_on,
        {{ feature_columns('campaign') }},
        returns.closed_on,
        returns.roi as label
    from features
    inner join returns on features.campaign_id = returns.campaign_id
    cross join period
)

select * from joined

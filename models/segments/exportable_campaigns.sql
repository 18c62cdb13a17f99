-- Campaigns that a list can be for.
-- Grain: one row per campaign.
{{ config(materialized='view') }}
with

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

named as (
    select
        campaign_id,
        campaign_name
    from campaigns
)

select * from named

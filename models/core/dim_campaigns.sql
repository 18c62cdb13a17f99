-- Campaigns, each with the one channel that its spend and its visits are told under.
-- Grain: one row per campaign.
with

campaigns as (
    select * from {{ ref('stg_store__campaigns') }}
),

channels as (
    select * from {{ ref('campaign_channels') }}
),

described as (
    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_type,
        campaigns.platform,
        campaigns.objective,
        coalesce(own.channel_group, fallback.channel_group, 'Unassigned')
            as channel_group,
        campaigns.starts_on,
        campaigns.ends_on,
        campaigns.budget,
        campaigns.currency as budget_currency
    from campaigns
    left join channels as own
        on
            campaigns.campaign_type = own.campaign_type
            and campaigns.platform = own.platform
    left join channels as fallback
        on
            campaigns.campaign_type = fallback.campaign_type
            and fallback.platform = '(any)'
)

select * from described

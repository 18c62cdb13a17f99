-- What platforms report they showed and cost.
-- Grain: one row per day, platform and campaign; of several versions the latest.
with

source as (
    select * from {{ source('store', 'ad_spend') }}
),

renamed as (
    select
        date_day,
        lower(trim(platform)) as platform,
        campaign_id,
        coalesce(impressions, 0) as impressions,
        coalesce(clicks, 0) as clicks,
        coalesce(spend, 0) as spend,
        upper(trim(currency)) as currency,
        load_id
    from source
    where date_day is not null
        and platform is not null
        and campaign_id is not null
        and {{ happened_before_as_of_date('date_day', is_day=true) }}
),

latest as (
    {{ latest_version('renamed', key=['date_day', 'platform', 'campaign_id']) }}
)

select * from latest

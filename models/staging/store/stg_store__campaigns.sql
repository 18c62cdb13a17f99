-- Marketing campaigns.
-- Grain: one row per campaign; of several versions the latest.
with

source as (
    select * from {{ source('store', 'campaigns') }}
),

renamed as (
    select
        campaign_id,
        campaign_name,
        lower(trim(campaign_type)) as campaign_type,
        lower(trim(platform)) as platform,
        objective,
        starts_on,
        ends_on,
        budget,
        upper(trim(currency)) as currency,
        load_id
    from source
    where campaign_id is not null
),

latest as (
    {{ latest_version('renamed', key=['campaign_id']) }}
)

select * from latest

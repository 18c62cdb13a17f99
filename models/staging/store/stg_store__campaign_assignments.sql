-- Who was put into which arm of a campaign's experiment.
-- Grain: one row per campaign and registered customer; of several versions the latest.
with

source as (
    select * from {{ source('store', 'campaign_assignments') }}
),

renamed as (
    select
        campaign_id,
        customer_id as source_customer_id,
        lower(trim(arm)) as arm,
        assigned_at,
        segment_id,
        export_id,
        score_decile,
        load_id
    from source
    where campaign_id is not null
        and customer_id is not null
        and {{ happened_before_as_of_date('assigned_at') }}
),

latest as (
    {{ latest_version('renamed', key=['campaign_id', 'source_customer_id']) }}
)

select * from latest

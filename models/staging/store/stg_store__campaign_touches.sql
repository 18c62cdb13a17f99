-- Contacts of campaigns with people.
-- Grain: one row per touch; of several versions the latest.
with

source as (
    select * from {{ source('store', 'campaign_touches') }}
),

renamed as (
    select
        touch_id,
        campaign_id,
        customer_id as source_customer_id,
        visitor_id,
        lower(trim(touch_type)) as touch_type,
        touched_at,
        load_id
    from source
    where touch_id is not null
        and {{ happened_before_as_of_date('touched_at') }}
),

latest as (
    {{ latest_version('renamed', key=['touch_id']) }}
)

select * from latest

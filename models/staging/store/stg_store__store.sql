-- One row that says whose data this is.
-- Grain: one row per store; of several versions the latest.
with

source as (
    select * from {{ source('store', 'store') }}
),

renamed as (
    select
        store_id,
        upper(trim(reporting_currency)) as reporting_currency,
        reporting_timezone,
        upper(trim(country)) as country,
        load_id
    from source
    where store_id is not null
),

latest as (
    {{ latest_version('renamed', key=['store_id']) }}
)

select * from latest

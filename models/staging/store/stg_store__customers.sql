-- Registered customers, without contact data.
-- Grain: one row per registered customer; of several versions the latest.
with

source as (
    select * from {{ source('store', 'customers') }}
),

renamed as (
    select
        customer_id as source_customer_id,
        birth_date,
        lower(trim(gender)) as gender,
        country,
        city,
        postcode,
        registered_at,
        membership_tier,
        referred_by_customer_id as referred_by_source_customer_id,
        load_id
    from source
    where customer_id is not null
),

latest as (
    {{ latest_version('renamed', key=['source_customer_id']) }}
)

select * from latest

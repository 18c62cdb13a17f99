-- What every export keeps to: the variables as they were when the warehouse was built.
-- Grain: one row.
with

period as (
    select * from {{ ref('int_data_period') }}
),

stores as (
    select max(country) as store_country from {{ ref('stg_store__store') }}
),

rules as (
    select
        as_of_date,
        store_country,
        '{{ reporting_timezone() }}' as reporting_timezone,
        cast({{ var('export_min_age') }} as bigint) as min_age,
        cast({{ var('contact_cap_touches') }} as bigint) as contact_cap_touches,
        cast({{ var('contact_cap_days') }} as bigint) as contact_cap_days,
        cast({{ var('global_control_share') }} as double) as global_control_share
    from period
    cross join stores
)

select * from rules

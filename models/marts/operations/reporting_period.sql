-- What all published tables tell of: whose data, over which days, as of when.
-- Grain: one row. Nothing in any table happened on as_of_date or after it.
with

period as (
    select * from {{ ref('int_data_period') }}
),

store as (
    select * from {{ ref('stg_store__store') }}
),

named as (
    select max(store_id) as store_id from store
),

told as (
    select
        named.store_id,
        period.first_date,
        period.last_date,
        period.as_of_date,
        '{{ reporting_currency() }}' as currency,
        '{{ reporting_timezone() }}' as reporting_timezone
    from period
    cross join named
)

select * from told

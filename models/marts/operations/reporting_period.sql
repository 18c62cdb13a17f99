-- What all published tables tell of: whose data, over which days, as of when.
-- Grain: one row. Nothing in any table happened on as_of_date or after it.
with

period as (
    select * from {{ ref('int_data_period') }}
),

store as (
    select * from {{ ref('stg_store__store') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
),

margins as (
    select count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
    from orders
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
        '{{ reporting_timezone() }}' as reporting_timezone,
        margins.is_margin_assumed
    from period
    cross join named
    cross join margins
)

select * from told

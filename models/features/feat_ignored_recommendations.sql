-- Stub until merged.
-- Grain: x
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

none as (
    select purpose, as_of_date, '' as customer_id, '' as product_id, cast(0 as bigint) as ignored_impressions from dates where false
)

select * from none

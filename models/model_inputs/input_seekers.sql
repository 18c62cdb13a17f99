-- For whom recommendations are made: everyone known.
-- Grain: one row per customer.
{{ config(materialized='view') }}
with

customers as (
    select * from {{ ref('feat_customer_segments') }}
    where purpose = 'serving'
),

seekers as (
    select
        purpose,
        as_of_date,
        customer_id,
        segment,
        favourite_category,
        customer_group
    from customers
)

select * from seekers

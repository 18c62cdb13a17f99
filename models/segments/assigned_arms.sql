-- The arm of each campaign that customers were drawn into so far, for exports to keep
-- to.
-- Grain: one row per campaign and customer.
{{ config(materialized='view') }}
with

assignments as (
    select * from {{ ref('fct_campaign_assignments') }}
),

arms as (
    select
        campaign_id,
        customer_id,
        arm
    from assignments
)

select * from arms

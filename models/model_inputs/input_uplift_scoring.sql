-- The same features of every customer, as if their arm were drawn at the latest
-- as_of_at.
-- Grain: one row per customer.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_campaign_contacts') }}
    where is_latest
),

period as (
    select * from {{ ref('int_data_period') }}
),

selected as (
    select
        period.as_of_date,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        features.customer_id,
        period.as_of_at as assigned_at,
        cast(null as integer) as is_treated,
        {{ feature_columns('contact') }}
    from features
    cross join period
)

select * from selected

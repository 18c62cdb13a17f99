-- The same features of campaigns that have yet to begin.
-- Grain: one row per campaign that starts on as_of_date or later.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_campaigns') }}
    where is_planned
),

period as (
    select * from {{ ref('int_data_period') }}
),

selected as (
    select
        period.as_of_date,
        features.campaign_id,
        features.starts_on,
        {{ feature_columns('campaign') }},
        cast(null as date) as closed_on
    from features
    cross join period
)

select * from selected

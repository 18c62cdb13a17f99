-- The same features of every customer, as if a campaign contacted them at the latest
-- as_of_at.
-- Grain: one row per target and entity_id (a customer).
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
    {%- for target in prediction_targets('contact') %}
    select
        {{ prediction_columns(
            target, 'period.as_of_date', 'features.contact_id'
        ) }}
    from features
    cross join period
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from selected

-- What a coming week would be like if nothing changed: the mean weekly spend on each
-- channel in the last `budget_observed_weeks`.
-- Grain: one row per channel, with the Monday after the last whole week.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_channel_weeks') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

numbered as (
    select
        features.*,
        row_number() over (partition by channel_group order by week_start desc)
            as weeks_ago
    from features
),

averaged as (
    select
        period.as_of_date,
        cast({{ days_later('max(numbered.week_start)', 7) }} as date) as week_start,
        numbered.channel_group,
        {{ ratio('sum(numbered.spend)', 'count(*)') }} as spend
    from numbered
    cross join period
    where numbered.weeks_ago <= {{ var('budget_observed_weeks') }}
    group by period.as_of_date, numbered.channel_group
)

select * from averaged

-- What was spent on each channel in each week, joined to what the shop then sold.
-- Grain: one row per channel and week; `label`, the week's net sales, stands on each of
-- its channels.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_channel_weeks') }}
),

sales as (
    select * from {{ ref('label_weekly_sales') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

joined as (
    select
        period.as_of_date,
        features.week_start,
        features.channel_group,
        cast(features.spend as double) as spend,
        cast(coalesce(sales.net_sales, 0) as double) as label
    from features
    left join sales on features.week_start = sales.week_start
    cross join period
)

select * from joined

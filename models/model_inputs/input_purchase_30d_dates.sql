-- The dates that the purchase model is fitted and scored at.
-- Grain: one row per as_of_date.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

described as (
    select
        as_of_date,
        as_of_at,
        is_latest,
        cast({{ var('purchase_horizon_days') }} as bigint) as label_horizon_days
    from dates
)

select * from described

-- What a budget plan goes by where nothing else is asked for.
-- Grain: one row.
{{ config(materialized='view') }}
with

margin as (
    select * from {{ ref('feat_shop_margin') }}
),

told as (
    select
        as_of_date,
        margin_rate,
        cast({{ var('budget_total', none) or 'null' }} as double) as total,
        cast({{ var('budget_plan_weeks') }} as integer) as weeks,
        cast({{ var('budget_max_change') }} as double) as max_change
    from margin
)

select * from told

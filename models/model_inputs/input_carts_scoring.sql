-- The same features of the carts that are open at the latest as_of_at.
-- Grain: one row per target and entity_id (a cart).
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_carts') }}
    where is_latest
),

selected as (
    {%- for target in prediction_targets('cart') %}
    select
        {{ prediction_columns(
            target, 'features.as_of_date', 'features.cart_id'
        ) }}
    from features
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from selected

-- A running number for each product and category, by which pairs are counted: numbers
-- are compared and sorted much faster than texts.
-- Grain: one row per item_type and item_id. A number stays what it is until the whole
-- table is rebuilt, since counted pairs carry it; newcomers take the next ones.
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ forget_settings() }}',
    post_hook='{{ note_built() }}'
) }}
with

products as (
    select * from {{ ref('int_products') }}
),

items as (
    select 'product' as item_type, product_id as item_id from products
    union
    select 'category' as item_type, category as item_id from products
    where category is not null
),

{% if is_incremental() -%}
numbered_before as (
    {{ stored_rows() }}
),

newcomers as (
    select items.*
    from items
    left join numbered_before using (item_type, item_id)
    where numbered_before.item_id is null
),

last_number as (
    select coalesce(max(item_number), 0) as last_number from numbered_before
),
{%- else -%}
newcomers as (
    select * from items
),

last_number as (
    select 0 as last_number
),
{%- endif %}

numbered as (
    select
        item_type,
        item_id,
        cast(
            last_number + row_number() over (order by item_type, item_id) as integer
        ) as item_number
    from newcomers
    cross join last_number
)

select * from numbered

-- Lines of orders, with what was charged for each.
-- Grain: one row per order and line number; of several versions the latest.
with

source as (
    select * from {{ source('store', 'order_items') }}
),

renamed as (
    select
        order_id,
        line_number,
        product_id,
        quantity,
        unit_price,
        coalesce(discount_amount, 0) as discount_amount,
        coalesce(line_amount, quantity * unit_price - coalesce(discount_amount, 0))
            as line_amount,
        load_id
    from source
    where order_id is not null
        and line_number is not null
),

latest as (
    {{ latest_version('renamed', key=['order_id', 'line_number']) }}
)

select * from latest

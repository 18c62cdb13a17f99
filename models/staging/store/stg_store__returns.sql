-- Goods sent back and money refunded.
-- Grain: one row per return; of several versions the latest.
with

source as (
    select * from {{ source('store', 'returns') }}
),

renamed as (
    select
        return_id,
        order_id,
        line_number,
        product_id,
        quantity,
        refund_amount,
        returned_at,
        load_id
    from source
    where return_id is not null
        and {{ happened_before_as_of_date('returned_at') }}
),

latest as (
    {{ latest_version('renamed', key=['return_id']) }}
)

select * from latest

-- Stock on hand.
-- Grain: one row per product and snapshot date; of several versions the latest.
with

source as (
    select * from {{ source('store', 'inventory') }}
),

renamed as (
    select
        product_id,
        snapshot_date,
        on_hand,
        on_order,
        lead_time_days,
        load_id
    from source
    where product_id is not null
        and snapshot_date is not null
        and {{ happened_before_as_of_date('snapshot_date', is_day=true) }}
),

latest as (
    {{ latest_version('renamed', key=['product_id', 'snapshot_date']) }}
)

select * from latest

-- Product reviews.
-- Grain: one row per review; of several versions the latest.
with

source as (
    select * from {{ source('store', 'reviews') }}
),

renamed as (
    select
        review_id,
        order_id,
        product_id,
        customer_id as source_customer_id,
        rating,
        review_text,
        reviewed_at,
        load_id
    from source
    where review_id is not null
        and {{ happened_before_as_of_date('reviewed_at') }}
),

latest as (
    {{ latest_version('renamed', key=['review_id']) }}
)

select * from latest

-- Orders, guests' included, without contact data.
-- Grain: one row per order; of several versions the latest.
with

source as (
    select * from {{ source('store', 'orders') }}
),

renamed as (
    select
        order_id,
        customer_id as source_customer_id,
        visitor_id,
        ordered_at,
        lower(trim(status)) as status,
        sales_channel,
        upper(trim(currency)) as currency,
        coalesce(discount_amount, 0) as discount_amount,
        coalesce(shipping_amount, 0) as shipping_amount,
        coalesce(tax_amount, 0) as tax_amount,
        coalesce(taxes_included, false) as taxes_included,
        coupon_code,
        coalesce(is_test, false) as is_test,
        load_id
    from source
    where order_id is not null
        and {{ happened_before_as_of_date('ordered_at') }}
),

latest as (
    {{ latest_version('renamed', key=['order_id']) }}
)

select * from latest

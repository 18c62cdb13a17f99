-- What lay together in each basket.
-- Grain: one row per counted order and product, of merchandise that had a price. Orders
-- with more products than the maximum are no baskets of a shopper and are left out
-- whole. Products carry a running number, because pairs of numbers are counted much
-- faster than pairs of text.
with

period as (
    select * from {{ ref('int_data_period') }}
),

order_lines as (
    select * from {{ ref('int_order_lines') }}
    where
        is_order
        and is_merchandise
        and quantity > 0
        and gross_sales > 0
        and product_id is not null
),

baskets as (
    select distinct
        order_lines.order_id,
        order_lines.product_id
    from order_lines
    inner join period on order_lines.ordered_at < period.as_of_at
),

sized as (
    select
        order_id,
        product_id,
        count(*) over (partition by order_id) as products
    from baskets
),

numbered as (
    select
        order_id,
        product_id,
        cast(dense_rank() over (order by product_id) as bigint) as product_number
    from sized
    where products <= {{ var('association_max_basket_products') }}
)

select * from numbered

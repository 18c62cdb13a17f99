-- Purpose: what the files hold, and how what was paid differs from what was charged.
-- Grain: one row per fact.

with

charges as (
    select
        order_id,
        sum(price + freight_value) as charged,
    from order_items
    group by order_id
),

settlements as (
    select
        order_id,
        sum(payment_value) as paid,
    from payments
    group by order_id
),

-- Instalments bear interest, and an order that could not be supplied has no items left.
differences as (
    select coalesce(paid, 0) - coalesce(charged, 0) as difference
    from charges
    full join settlements using (order_id)
)

select 'Orders' as label, count(*) as rows, null as amount from orders
union all
select 'Items', count(*), sum(price) from order_items
union all
select 'Items with freight', count(*), sum(freight_value) from order_items
where freight_value > 0
union all
select 'Payments', count(*), sum(payment_value) from payments
union all
select 'Orders paid more than charged', count(*), sum(difference) from differences
where difference > 0
union all
select 'Orders paid less than charged', count(*), sum(difference) from differences
where difference < 0
union all
select 'Orders without an item', count(*), null from orders
where order_id not in (select order_id from order_items)
union all
select 'People', count(distinct customer_unique_id), null from customers
union all
select 'Reviews', count(*), null from reviews
union all
select 'Of these for a further order', count(*) - count(distinct review_id), null
from reviews
union all
select 'Products', count(*), null from products
union all
select 'Of these without a category', count(*), null from products
where product_category_name is null
union all
select 'Sellers', count(*), null from sellers
union all
select 'Coordinates of postcodes', count(*), null from geolocation

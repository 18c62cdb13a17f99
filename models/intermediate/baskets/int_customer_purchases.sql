-- Which goods each customer bought on which days.
-- Grain: one row per customer, product and order_date. identified_at is when it was
-- first known to be theirs; taken_back_at is null where anything of it was kept.
with

lines as (
    select * from {{ ref('int_basket_lines') }}
    where customer_id is not null
),

purchases as (
    select
        customer_id,
        product_id,
        order_date,
        min(ordered_at) as ordered_at,
        min(identified_at) as identified_at,
        case when count(taken_back_at) = count(*) then max(taken_back_at) end
            as taken_back_at
    from lines
    group by customer_id, product_id, order_date
)

select * from purchases

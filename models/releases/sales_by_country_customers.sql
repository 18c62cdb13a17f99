-- What each customer adds to the cells of sales_by_country.
-- Grain: one row per month, country, sales channel and customer.
with

orders as (
    select * from {{ ref('released_orders') }}
),

added as (
    select
        month,
        country,
        sales_channel,
        customer_id,
        count(*) as orders,
        {{ money('sum(sales)') }} as sales
    from orders
    group by month, country, sales_channel, customer_id
)

select * from added

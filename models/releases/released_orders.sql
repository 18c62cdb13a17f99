-- Orders that releases tell of: those that count and belong to a customer, from months
-- that are over for a while. All tables of sales rest on these rows and amounts, since
-- two tables of slightly different ones would tell who makes the difference.
-- Grain: one row per order. Sales are net of tax and discounts, before refunds.
with

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

customers as (
    select * from {{ ref('dim_customers') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

settled as (
    select
        {{ first_of_month('orders.order_date') }} as month,
        orders.order_id,
        orders.customer_id,
        coalesce(customers.country, 'unknown') as country,
        coalesce(orders.sales_channel, 'unknown') as sales_channel,
        orders.gross_sales - orders.discounts as sales
    from orders
    inner join period
        on {{ is_settled(
            first_of_month('orders.order_date'),
            var('release_settling_days'),
            'period.as_of_date'
        ) }}
    left join customers on orders.customer_id = customers.customer_id
)

select * from settled

-- What each customer adds to the cells of sales_by_segment.
-- Grain: one row per month and customer who bought in it. Months before the first in
-- customer_rfm_history are left out whole.
with

orders as (
    select * from {{ ref('released_orders') }}
),

rfm as (
    select * from {{ ref('customer_rfm_history') }}
),

months as (
    select distinct as_of_date from rfm
),

segmented as (
    select
        orders.month,
        coalesce(rfm.rfm_segment, 'not yet known') as rfm_segment,
        orders.customer_id,
        orders.sales
    from orders
    inner join months on {{ months_later('orders.month', 1) }} = months.as_of_date
    left join rfm
        on
            months.as_of_date = rfm.as_of_date
            and orders.customer_id = rfm.customer_id
),

added as (
    select
        month,
        rfm_segment,
        customer_id,
        count(*) as orders,
        {{ money('sum(sales)') }} as sales
    from segmented
    group by month, rfm_segment, customer_id
)

select * from added

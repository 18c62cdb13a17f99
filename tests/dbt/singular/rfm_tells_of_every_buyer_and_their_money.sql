-- Customers with a counted order before as_of_date but no RFM row, or the other way
-- round, or with other figures than their orders and the refunds made by then.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select orders.*
    from {{ ref('fct_orders') }} as orders
    inner join period on orders.ordered_at < period.as_of_at
    where orders.customer_id is not null
),

refunds as (
    select returns.order_id, sum(returns.refunds) as refunds
    from {{ ref('fct_returns') }} as returns
    inner join period on returns.returned_at < period.as_of_at
    group by returns.order_id
),

buyers as (
    select
        orders.customer_id,
        count(case when orders.is_counted then 1 end) as frequency,
        sum(orders.gross_sales - orders.discounts - coalesce(refunds.refunds, 0))
            as monetary
    from orders
    left join refunds on orders.order_id = refunds.order_id
    group by orders.customer_id
    having count(case when orders.is_counted then 1 end) > 0
),

rfm as (
    select * from {{ ref('customer_rfm') }}
)

select
    coalesce(buyers.customer_id, rfm.customer_id) as customer_id,
    buyers.frequency as orders,
    rfm.frequency,
    buyers.monetary as net_sales,
    rfm.monetary
from buyers
full outer join rfm on buyers.customer_id = rfm.customer_id
where
    buyers.customer_id is null
    or rfm.customer_id is null
    or buyers.frequency <> rfm.frequency
    or abs(buyers.monetary - rfm.monetary) > 0.005

-- Cohorts whose customers, orders or net sales are not those of all customers who ever
-- bought.
with

cohorts as (
    select
        sum(case when cohort_month_number = 0 then customers end) as customers,
        sum(orders) as orders,
        sum(net_sales) as net_sales
    from {{ ref('customer_cohorts') }}
),

buyers as (
    select
        customer_id,
        count(case when is_counted then 1 end) as orders,
        sum(net_sales) as net_sales
    from {{ ref('fct_orders') }}
    where customer_id is not null
    group by customer_id
    having count(case when is_counted then 1 end) > 0
),

bought as (
    select
        count(*) as customers,
        sum(orders) as orders,
        sum(net_sales) as net_sales
    from buyers
)

select
    cohorts.*,
    bought.customers as buyers,
    bought.orders as bought_orders,
    bought.net_sales as bought_net_sales
from cohorts
cross join bought
where
    coalesce(cohorts.customers, 0) <> bought.customers
    or coalesce(cohorts.orders, 0) <> coalesce(bought.orders, 0)
    or coalesce(cohorts.net_sales, 0) <> coalesce(bought.net_sales, 0)

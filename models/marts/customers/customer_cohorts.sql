-- How many of the customers who first bought in a month bought in each month after it,
-- and what all of them bought.
-- Grain: one row per cohort_month and cohort_month_number (0 is the month itself), up
-- to the running month, whose rate is null until it is over. Money is told on the
-- order's date, net of refunds; what stands before a first order (a credit note) is of
-- month 0.
with

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

period as (
    select * from {{ ref('int_data_period') }}
),

-- The running month is that of the last day before as_of_date.
last_months as (
    select
        as_of_date,
        {{ first_of_month(days_later('as_of_date', -1)) }} as last_month
    from period
),

first_months as (
    select
        customer_id,
        {{ first_of_month('min(order_date)') }} as cohort_month
    from orders
    where is_counted
    group by customer_id
),

cohorts as (
    select
        cohort_month,
        count(*) as customers
    from first_months
    group by cohort_month
),

months as (
    select
        cohorts.cohort_month,
        cohorts.customers,
        last_months.as_of_date,
        {{ numbers_to(
            month_difference('cohorts.cohort_month', 'last_months.last_month')
        ) }} as cohort_month_number
    from cohorts
    cross join last_months
),

bought as (
    select
        first_months.cohort_month,
        {{ greatest_of([
            month_difference('first_months.cohort_month', 'orders.order_date'), '0'
        ]) }} as cohort_month_number,
        count(distinct case when orders.is_counted then orders.customer_id end)
            as retained_customers,
        count(case when orders.is_counted then 1 end) as orders,
        sum(orders.net_sales) as net_sales
    from orders
    inner join first_months on orders.customer_id = first_months.customer_id
    group by 1, 2
),

told as (
    select
        months.cohort_month,
        cast(months.cohort_month_number as bigint) as cohort_month_number,
        months.customers,
        coalesce(bought.retained_customers, 0) as retained_customers,
        case
            when
                {{ months_later(
                    'months.cohort_month', 'months.cohort_month_number + 1'
                ) }} <= months.as_of_date
                then {{ ratio(
                    'coalesce(bought.retained_customers, 0)', 'months.customers'
                ) }}
        end as retention_rate,
        coalesce(bought.orders, 0) as orders,
        {{ money('coalesce(bought.net_sales, 0)') }} as net_sales,
        '{{ reporting_currency() }}' as currency
    from months
    left join bought
        on
            months.cohort_month = bought.cohort_month
            and months.cohort_month_number = bought.cohort_month_number
)

select * from told

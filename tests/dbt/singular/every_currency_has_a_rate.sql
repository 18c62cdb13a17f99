-- Orders and spend in a currency without a rate, which no table could add up.
with

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

orders as (
    select order_id, currency from {{ ref('stg_store__orders') }}
),

sales as (
    select order_id, order_date as date_day from {{ ref('int_orders') }}
    where rate is null
),

spend as (
    select currency, date_day from {{ ref('stg_store__ad_spend') }}
),

unconverted as (
    select orders.currency, sales.date_day
    from sales
    inner join orders on sales.order_id = orders.order_id
    union all
    select spend.currency, spend.date_day
    from spend
    left join rates
        on spend.currency = rates.currency and spend.date_day = rates.date_day
    where rates.currency is null
)

select
    currency,
    count(*) as rows_without_a_rate,
    'add a rate of ' || coalesce(currency, 'no currency') || ' from '
    || cast(min(date_day) as {{ dbt.type_string() }})
    || ' on to seeds/reference/exchange_rates.csv' as message
from unconverted
group by currency

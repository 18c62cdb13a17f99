-- Orders whose lines do not add up to what staging says was charged for them, converted
-- and net of tax. Rounding may cost half a ten-thousandth of each of a line's amounts.
with

charged as (
    select order_id, sum(line_amount) as lines_amount, count(*) as lines
    from {{ ref('stg_store__order_items') }}
    group by order_id
),

sales as (
    select * from {{ ref('int_orders') }}
),

told as (
    select order_id, sum(net_sales) as net_sales
    from {{ ref('fct_order_lines') }}
    group by order_id
),

expected as (
    select
        sales.order_id,
        charged.lines,
        (
            charged.lines_amount
            - case when charged.lines_amount <> 0 then sales.discount_amount else 0 end
        ) * sales.rate * sales.net_of_tax_share as net_sales
    from sales
    inner join charged on sales.order_id = charged.order_id
)

select
    expected.order_id,
    expected.net_sales as net_sales_expected,
    told.net_sales
from expected
left join told on expected.order_id = told.order_id
where
    told.order_id is null
    or abs(expected.net_sales - told.net_sales) > 0.005 + 0.0001 * expected.lines

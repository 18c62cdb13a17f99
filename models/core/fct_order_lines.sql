-- What was sold, line by line, in the reporting currency and net of tax.
-- Grain: one row per order and line number of an order that counts in sales. Refunds
-- are in fct_returns.
with

order_lines as (
    select * from {{ ref('int_order_lines') }}
),

lines as (
    select
        order_id,
        line_number,
        product_id,
        category,
        is_merchandise,
        customer_id,
        ordered_at,
        order_date,
        quantity,
        gross_sales,
        discounts,
        net_sales,
        cost_of_goods,
        {{ money('net_sales - cost_of_goods') }} as gross_margin,
        is_margin_assumed,
        '{{ reporting_currency() }}' as currency
    from order_lines
)

select * from lines

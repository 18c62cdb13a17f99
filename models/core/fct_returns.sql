-- Refunds in the reporting currency, net of tax.
-- Grain: one row per return of an order that counts in sales.
with

returns as (
    select * from {{ ref('int_returns') }}
),

refunded as (
    select
        return_id,
        order_id,
        line_number,
        product_id,
        customer_id,
        returned_at,
        return_date,
        order_date,
        quantity,
        refunds,
        returned_cost,
        is_margin_assumed,
        '{{ reporting_currency() }}' as currency
    from returns
)

select * from refunded

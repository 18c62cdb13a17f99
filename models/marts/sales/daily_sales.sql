-- Sales and refunds day by day, as books are kept.
-- Grain: one row per day and sales channel on which something was sold or refunded.
-- Refunds stand on the day they were booked, not on that of their order, so that no
-- late day is flattered by refunds that are still to come. Credit notes and free
-- samples add their money and no orders, customers or items. All but customers, who
-- come again, adds up over any rows.
with

booked as (
    select * from {{ ref('booked_sales') }}
),

added as (
    select
        date_day,
        coalesce(sales_channel, '(not set)') as sales_channel,
        cast(sum(orders) as bigint) as orders,
        count(distinct case
            when orders > 0 then coalesce(customer_id, 'order ' || order_id)
        end) as customers,
        count(case when is_first_order then 1 end) as new_customer_orders,
        cast(sum(items) as bigint) as items,
        {{ money('sum(gross_sales)') }} as gross_sales,
        {{ money('sum(discounts)') }} as discounts,
        {{ money('sum(returns)') }} as returns,
        {{ money('sum(gross_sales) - sum(discounts) - sum(returns)') }} as net_sales,
        {{ money('sum(shipping)') }} as shipping,
        {{ money('sum(tax)') }} as tax,
        {{ money('sum(gross_margin)') }} as gross_margin,
        '{{ reporting_currency() }}' as currency
    from booked
    group by date_day, coalesce(sales_channel, '(not set)')
)

select * from added

-- Purpose: orders. Their customer is null where the customers file lacks them. Tax and
-- discounts are not stated, and marketplaces sell on the web and in apps alike: the
-- channel, too, is left null.
-- Grain: one row per order.

with

freight as (
    select
        order_id,
        sum(freight_value) as shipping_amount,
    from accepted_order_items
    group by order_id
)

select
    'orders' as source_input,
    source_row,
    order_id,
    customer_id,
    ordered_at,
    status,
    getvariable('reporting_currency') as currency,
    shipping_amount,
from accepted_orders
left join freight using (order_id)

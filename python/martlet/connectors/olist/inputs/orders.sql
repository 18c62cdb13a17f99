-- Purpose: orders with the person who ordered and the status in the words of the
-- order_statuses seed.
-- Grain: one row per order.
-- Time rule: the files write Brazilian wall time; here it is UTC.

select
    orders.source_row,
    order_id,
    -- The file has a customer_id for every order; this one is the person's.
    customer_unique_id as customer_id,
    timezone('UTC', timezone(
        getvariable('reporting_timezone'), order_purchase_timestamp
    )) as ordered_at,
    case order_status
        when 'created' then 'pending'
        when 'approved' then 'paid'
        when 'canceled' then 'cancelled'
        else order_status
    end as status,
from source_orders as orders
left join source_customers using (customer_id)

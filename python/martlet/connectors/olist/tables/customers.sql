-- Purpose: the people who ordered. Who moves is told where the latest order went.
-- Grain: one row per person with an order or a place in the customers file.

with

addresses as (
    select
        customers.customer_unique_id,
        customers.customer_zip_code_prefix,
        customers.customer_city,
        row_number() over (
            partition by customers.customer_unique_id
            order by orders.order_purchase_timestamp desc nulls last, customer_id
        ) as recency,
    from accepted_customers as customers
    left join source_orders as orders using (customer_id)
)

select
    customer_unique_id as customer_id,
    'BR' as country,
    customer_city as city,
    -- The first five digits of eight; spreadsheets drop the zeros that some begin with.
    lpad(customer_zip_code_prefix, 5, '0') as postcode,
from addresses
where recency = 1

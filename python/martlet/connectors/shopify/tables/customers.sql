-- Purpose: customers. The export does not say since when.
-- Grain: one row per accepted row of the customers export.

select
    source_row,
    'customers' as source_input,
    customer_id,
    email,
    phone,
    first_name,
    last_name,
    country,
    city,
    postcode,
from accepted_customers

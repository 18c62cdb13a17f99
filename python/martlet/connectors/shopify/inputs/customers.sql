-- Purpose: customers, without the apostrophes that keep spreadsheets from reading ids,
-- postcodes and phones as numbers.
-- Grain: one row per row of the customers export.

select
    * replace (
        nullif(ltrim(customer_id, ''''), '') as customer_id,
        ltrim(phone, '''') as phone,
        ltrim(postcode, '''') as postcode
    ),
from source_customers

-- Purpose: the customers that the ledger names; it knows their country and no more.
-- Grain: one row per customer number with an accepted line.

with

countries as (
    select
        customer_id,
        country,
        count(*) as lines,
    from accepted_invoice_lines
    where customer_id is not null
    group by all
)

select
    customer_id,
    first(country order by country is null, lines desc, country) as country,
from countries
group by customer_id

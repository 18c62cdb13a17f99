-- Purpose: the catalogue that the ledger implies.
-- Grain: one row per stock code with an accepted line.

with

articles as (
    select distinct
        product_id,
        is_merchandise,
    from accepted_invoice_lines
    where product_id is not null
),

names as (
    select
        product_id,
        product_name,
        count(*) as lines,
    from accepted_invoice_lines
    where product_name is not null
    group by all
),

usual_names as (
    select
        product_id,
        first(product_name order by lines desc, product_name) as product_name,
    from names
    group by product_id
),

prices as (
    select
        product_id,
        unit_price,
        count(*) as lines,
    from accepted_invoice_lines
    where unit_price > 0
    group by all
),

usual_prices as (
    select
        product_id,
        first(unit_price order by lines desc, unit_price) as price,
    from prices
    group by product_id
)

select
    product_id,
    product_name,
    if(is_merchandise, null, 'Non-merchandise') as category,
    price,
    getvariable('reporting_currency') as currency,
from articles
left join usual_names using (product_id)
left join usual_prices using (product_id)

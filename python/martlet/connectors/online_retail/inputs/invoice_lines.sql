-- Purpose: the ledger's lines, cleaned, numbered and judged.
-- Grain: one row per line of the file.
-- Time rule: the ledger writes London wall time; here it is UTC.

with

-- Stock codes were typed by hand: 112 of them differ in nothing but the case of their
-- last letter (85123a and 85123A are one t-light holder), and no two articles do. Upper
-- case is what nearly all lines use.
lines as (
    select
        source_row,
        upper(invoice_number) as invoice_number,
        upper(stock_code) as product_id,
        trim(description) as product_name,
        quantity,
        timezone('UTC', timezone(getvariable('reporting_timezone'), invoiced_at))
            as invoiced_at,
        unit_price,
        customer_number as customer_id,
        trim(country) as country,
        cast(quantity * unit_price as decimal(18, 4)) as amount,
        -- Numbered over all lines of the invoice, so that a line keeps its number
        -- whatever becomes of its neighbours.
        row_number() over (partition by upper(invoice_number) order by source_row)
            as line_number,
        -- Alike in all eight columns, exactly as they came.
        row_number() over (
            partition by
                invoice_number,
                stock_code,
                description,
                quantity,
                invoiced_at,
                unit_price,
                customer_number,
                country
            order by source_row
        ) as copy_number,
    from source_invoice_lines
),

sorted_lines as (
    select
        *,
        case left(invoice_number, 1)
            when 'C' then 'credit_note'
            when 'A' then 'adjustment'
            else 'sale'
        end as line_type,
        -- Articles have a number of five digits, a few (an ashtray, a dog collar, party
        -- bags) DCGS instead. What is left is postage, fees, vouchers, samples and
        -- manual entries.
        regexp_matches(product_id, '^([0-9]{5}|DCGS)') as is_merchandise,
    from lines
),

judged_lines as (
    select
        *,
        case
            when copy_number > 1 then 'duplicate_line'
            when line_type = 'adjustment' then 'ledger_adjustment'
            when line_type = 'sale' and quantity <= 0 then 'stock_adjustment'
        end as refused_rule,
        case refused_rule
            when 'duplicate_line' then 'equals an earlier line in all eight columns'
            when 'ledger_adjustment' then 'corrects the books and sells nothing'
            when 'stock_adjustment' then 'sells nothing, and is no credit note'
        end as refused_reason,
    from sorted_lines
)

select * from judged_lines

-- Purpose: what kinds of lines the file has, before any was refused.
-- Grain: one row per kind; a line may be of several.

select 'Lines in the file' as label, count(*) as rows, sum(amount) as amount from invoice_lines
union all
select 'Without a customer', count(*), sum(amount) from invoice_lines
where customer_id is null
union all
select 'Of cancellations', count(*), sum(amount) from invoice_lines
where line_type = 'credit_note'
union all
select 'Exact duplicates', count(*), sum(amount) from invoice_lines
where copy_number > 1
union all
select 'Ledger adjustments', count(*), sum(amount) from invoice_lines
where line_type = 'adjustment'
union all
select 'Stock adjustments', count(*), sum(amount) from invoice_lines
where refused_rule = 'stock_adjustment'
union all
select 'Free goods', count(*), sum(amount) from invoice_lines
where line_type = 'sale' and quantity > 0 and unit_price = 0
union all
select 'Not merchandise', count(*), sum(amount) from invoice_lines
where not is_merchandise

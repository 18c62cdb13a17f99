-- Purpose: what was sold. A price of zero is a free good, and a sale all the same.
-- Grain: one row per accepted line of an invoice.

select
    source_row,
    invoice_number as order_id,
    line_number,
    product_id,
    quantity,
    unit_price,
    0 as discount_amount,
    amount as line_amount,
from accepted_invoice_lines
where line_type = 'sale'

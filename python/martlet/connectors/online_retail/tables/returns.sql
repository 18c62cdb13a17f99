-- Purpose: what was credited. The ledger does not say which sale a credit note takes
-- back, so a return belongs to its credit note, and names no line of a sale.
-- Grain: one row per accepted line of a credit note.

select
    source_row,
    invoice_number || '-' || line_number as return_id,
    invoice_number as order_id,
    product_id,
    -quantity as quantity,
    -amount as refund_amount,
    invoiced_at as returned_at,
from accepted_invoice_lines
where line_type = 'credit_note'

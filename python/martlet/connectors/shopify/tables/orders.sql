-- Purpose: orders. Who placed them shows by e-mail alone: the export has no customer
-- id.
-- Grain: one row per order with an accepted line.

select
    order_id,
    any_value(email) as email,
    any_value(phone) as phone,
    any_value(ordered_at) as ordered_at,
    case
        when any_value(cancelled_at) is not null then 'cancelled'
        else case any_value(financial_status)
            when 'authorized' then 'pending'
            when 'partially_paid' then 'pending'
            when 'unpaid' then 'pending'
            when 'voided' then 'payment_failed'
            when 'expired' then 'payment_failed'
            else any_value(financial_status)
        end
    end as status,
    case any_value(channel)
        when 'pos' then 'store'
        else any_value(channel)
    end as sales_channel,
    any_value(currency) as currency,
    any_value(order_discount) as discount_amount,
    any_value(shipping_amount) as shipping_amount,
    any_value(tax_amount) as tax_amount,
    -- The export does not say; the total does, where there is tax and nothing else that
    -- it is made of (duties, tips).
    case any_value(total)
        when any_value(subtotal + shipping_amount) then any_value(tax_amount) > 0
        when any_value(subtotal + shipping_amount + tax_amount) then false
    end as taxes_included,
    any_value(discount_code) as coupon_code,
from accepted_orders
group by order_id

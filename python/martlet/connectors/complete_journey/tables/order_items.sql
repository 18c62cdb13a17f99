-- Purpose: what was sold. Fuel is counted in thousandths of a gallon at most pumps, so
-- that its unit price rounds; line_amount decides.
-- Grain: one row per product in a basket.

select
    'transactions' as source_input,
    source_row,
    basket_id as order_id,
    line_number,
    product_id,
    quantity,
    -- The shelf price. Coupons and corrections have lines of their own without a
    -- quantity: nothing there has a price.
    case
        when quantity > 0
            then cast((amount + shop_discount) / quantity as decimal(18, 4))
    end as unit_price,
    shop_discount as discount_amount,
    amount as line_amount,
from accepted_transactions

-- Purpose: order lines, each with what the first row of its order says.
-- Grain: one row per row of the orders export, which is a line item.
-- Time rule: Shopify writes the shop's wall time with its offset; here it is UTC.

with

dated as (
    select
        * replace (
            try_strptime(created_at, '%Y-%m-%d %H:%M:%S %z') as created_at,
            try_strptime(paid_at, '%Y-%m-%d %H:%M:%S %z') as paid_at,
            try_strptime(fulfilled_at, '%Y-%m-%d %H:%M:%S %z') as fulfilled_at,
            try_strptime(cancelled_at, '%Y-%m-%d %H:%M:%S %z') as cancelled_at
        ),
        list_filter(
            [created_at, paid_at, fulfilled_at, cancelled_at],
            lambda written: written is not null
                and try_strptime(written, '%Y-%m-%d %H:%M:%S %z') is null
        ) as unreadable_dates,
        -- Overlapping exports repeat an order: the rows of each copy begin with one
        -- that has a total.
        count(total) over (partition by order_name order by source_row) as copy_number,
    from source_orders
),

-- What later rows leave empty. The id never changes; the name can be given twice.
orders as (
    select
        order_name,
        copy_number,
        coalesce(ltrim(order_number, ''''), order_name) as order_id,
        email,
        coalesce(phone, billing_phone) as phone,
        timezone('UTC', created_at) as ordered_at,
        timezone('UTC', cancelled_at) as cancelled_at,
        timezone('UTC', greatest(created_at, paid_at, fulfilled_at)) as last_seen_at,
        lower(financial_status) as financial_status,
        accepts_marketing,
        currency,
        subtotal,
        shipping_amount,
        tax_amount,
        total,
        discount_code,
        discount_amount,
        refunded_amount,
        lower(channel) as channel,
        max(copy_number) over (partition by order_id) as last_copy,
        len(unreadable_dates) = 0 as has_readable_dates,
    from dated
    where total is not null
),

lines as (
    select
        dated.source_row,
        orders.* exclude (order_name, copy_number, discount_amount),
        dated.copy_number,
        dated.quantity,
        dated.item_price as unit_price,
        dated.item_discount as line_discount,
        -- The catalogue export knows variants by the same two names.
        coalesce(dated.sku, dated.item_name) as product_id,
        cast(
            dated.quantity * dated.item_price - coalesce(dated.item_discount, 0)
            as decimal(18, 4)
        ) as amount,
        row_number() over (
            partition by dated.order_name, dated.copy_number order by dated.source_row
        ) as line_number,
        -- Discount Amount holds those of lines and of shipping too. The subtotal is
        -- what was charged for goods, so what it lacks is the discount on the whole
        -- order.
        greatest(0, coalesce(
            sum(amount) over whole_order - orders.subtotal,
            orders.discount_amount - sum(dated.item_discount) over whole_order,
            orders.discount_amount,
            0
        )) as order_discount,
    from dated
    left join orders using (order_name, copy_number)
    window whole_order as (partition by dated.order_name, dated.copy_number)
),

judged as (
    select
        *,
        case
            when order_id is null then 'line_without_order'
            when not has_readable_dates then 'unreadable_value'
            when ordered_at is null or currency is null or financial_status is null
                then 'incomplete_order'
            when ordered_at > getvariable('loaded_at') then 'future_value'
            when least(shipping_amount, tax_amount) < 0 then 'negative_charge'
            when copy_number < last_copy then 'superseded_copy'
            when product_id is null or quantity is null then 'no_line'
        end as refused_rule,
        case refused_rule
            when 'line_without_order' then 'the first row of its order is not there'
            when 'unreadable_value'
                then 'a date of its order is not like 2026-05-01 10:00:00 +0200'
            when 'incomplete_order' then 'its order has no date, currency or status'
            when 'future_value' then 'its order is dated after loading'
            when 'negative_charge' then 'its order has shipping or tax below zero'
            when 'superseded_copy' then 'a later copy of the order is in the same load'
            when 'no_line' then 'names no article, or no quantity of it'
        end as refused_reason,
    from lines
)

select * from judged

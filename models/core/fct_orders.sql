-- Orders with their money in the reporting currency, net of tax; refunds are told on
-- the order's date, whenever they were made.
-- Grain: one row per order that counts in sales. An order is counted where its status
-- says it is a purchase and something in it had a price; credit notes and free samples
-- are rows whose money counts and whose order does not. The order is the person's from
-- identified_at on, which may be after the order.
with

orders as (
    select * from {{ ref('int_orders') }}
),

order_lines as (
    select * from {{ ref('int_order_lines') }}
),

returns as (
    select * from {{ ref('int_returns') }}
),

line_totals as (
    select
        order_id,
        count(*) as lines,
        cast(sum(quantity) as bigint) as items,
        sum(gross_sales) as gross_sales,
        sum(discounts) as discounts,
        sum(cost_of_goods) as cost_of_goods,
        count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
    from order_lines
    group by order_id
),

return_totals as (
    select
        order_id,
        sum(refunds) as returns,
        sum(returned_cost) as returned_cost,
        count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
    from returns
    group by order_id
),

totalled as (
    select
        orders.*,
        coalesce(line_totals.lines, 0) as lines,
        coalesce(line_totals.items, 0) as items,
        orders.is_order and coalesce(line_totals.gross_sales, 0) > 0 as is_counted,
        coalesce(line_totals.gross_sales, 0) as gross_sales,
        coalesce(line_totals.discounts, 0) as discounts,
        coalesce(return_totals.returns, 0) as returns,
        coalesce(line_totals.cost_of_goods, 0)
        - coalesce(return_totals.returned_cost, 0) as cost_of_goods,
        coalesce(line_totals.is_margin_assumed, false)
        or coalesce(return_totals.is_margin_assumed, false) as is_margin_assumed
    from orders
    left join line_totals on orders.order_id = line_totals.order_id
    left join return_totals on orders.order_id = return_totals.order_id
),

numbered as (
    select
        totalled.*,
        case
            when is_counted and customer_id is not null
                then cast(row_number() over (
                    partition by customer_id, is_counted order by ordered_at, order_id
                ) as bigint)
        end as customer_order_number
    from totalled
),

told as (
    select
        order_id,
        customer_id,
        identified_at,
        coalesce(is_guest_order, false) as is_guest_order,
        visitor_id,
        ordered_at,
        order_date,
        status,
        is_counted,
        sales_channel,
        coupon_code,
        customer_order_number,
        customer_order_number = 1 as is_first_order,
        lines,
        items,
        {{ money('gross_sales') }} as gross_sales,
        {{ money('discounts') }} as discounts,
        {{ money('returns') }} as returns,
        {{ money('gross_sales - discounts - returns') }} as net_sales,
        {{ money('cost_of_goods') }} as cost_of_goods,
        {{ money('gross_sales - discounts - returns - cost_of_goods') }}
            as gross_margin,
        is_margin_assumed,
        {{ rounded_money('shipping_amount * rate * net_of_tax_share') }} as shipping,
        {{ rounded_money('tax_amount * rate') }} as tax,
        '{{ reporting_currency() }}' as currency
    from numbered
)

select * from told

-- What each customer had bought and sent back strictly before an as_of_date.
-- Grain: one row per as_of_date and customer with an order or a refund before it. An
-- order counts for a person once it was known whose it is, a refund from the moment it
-- was made and not from the order it belongs to.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

returns as (
    select * from {{ ref('fct_returns') }}
),

-- Costs as they were sold: fct_orders has taken off what came back, whenever it did.
line_costs as (
    select
        order_id,
        sum(cost_of_goods) as cost_of_goods
    from order_lines
    group by order_id
),

aged as (
    select
        dates.as_of_date,
        orders.*,
        orders.gross_sales - orders.discounts as sales,
        coalesce(line_costs.cost_of_goods, 0) as sold_cost,
        orders.ordered_at >= {{ days_later('dates.as_of_at', -30) }} as is_in_30d,
        orders.ordered_at >= {{ days_later('dates.as_of_at', -90) }} as is_in_90d,
        orders.ordered_at >= {{ days_later('dates.as_of_at', -365) }} as is_in_365d
    from orders
    inner join dates on orders.identified_at < dates.as_of_at
    left join line_costs on orders.order_id = line_costs.order_id
),

ordered as (
    select
        as_of_date,
        customer_id,
        count(case when is_counted then 1 end) as orders,
        count(case when is_counted and is_in_30d then 1 end) as orders_30d,
        count(case when is_counted and is_in_90d then 1 end) as orders_90d,
        count(case when is_counted and is_in_365d then 1 end) as orders_365d,
        count(case when is_counted and coupon_code is not null then 1 end)
            as coupon_orders,
        min(case when is_counted then ordered_at end) as first_ordered_at,
        max(case when is_counted then ordered_at end) as last_ordered_at,
        sum(case when is_counted then items else 0 end) as items,
        sum(gross_sales) as gross_sales,
        sum(discounts) as discounts,
        sum(sales) as sales,
        sum(case when is_in_90d then sales else 0 end) as sales_90d,
        sum(case when is_in_365d then sales else 0 end) as sales_365d,
        sum(sold_cost) as sold_cost
    from aged
    group by as_of_date, customer_id
),

refunded as (
    select
        dates.as_of_date,
        orders.customer_id,
        count(*) as returned_lines,
        sum(returns.refunds) as refunds,
        sum(case
            when returns.returned_at >= {{ days_later('dates.as_of_at', -90) }}
                then returns.refunds
            else 0
        end) as refunds_90d,
        sum(case
            when returns.returned_at >= {{ days_later('dates.as_of_at', -365) }}
                then returns.refunds
            else 0
        end) as refunds_365d,
        sum(returns.returned_cost) as returned_cost
    from returns
    -- A refund booked with an earlier time than its order is known with the order.
    inner join orders on returns.order_id = orders.order_id
    inner join dates
        on
            returns.returned_at < dates.as_of_at
            and orders.identified_at < dates.as_of_at
    group by dates.as_of_date, orders.customer_id
),

with_refunds as (
    select
        ordered.*,
        coalesce(refunded.returned_lines, 0) as returned_lines,
        coalesce(refunded.refunds, 0) as refunds,
        {{ money('sales - coalesce(refunds, 0)') }} as net_sales,
        {{ money('sales_90d - coalesce(refunds_90d, 0)') }} as net_sales_90d,
        {{ money('sales_365d - coalesce(refunds_365d, 0)') }} as net_sales_365d,
        {{ money('sold_cost - coalesce(returned_cost, 0)') }} as cost_of_goods
    from ordered
    left join refunded
        on
            ordered.as_of_date = refunded.as_of_date
            and ordered.customer_id = refunded.customer_id
),

known as (
    select
        as_of_date,
        customer_id,
        orders,
        orders_30d,
        orders_90d,
        orders_365d,
        first_ordered_at,
        last_ordered_at,
        net_sales,
        net_sales_90d,
        net_sales_365d,
        {{ money('net_sales - cost_of_goods') }} as gross_margin,
        {{ ratio('net_sales - cost_of_goods', 'net_sales') }} as gross_margin_rate,
        {{ ratio('sales', 'orders') }} as average_order_value,
        {{ ratio('items', 'orders') }} as items_per_order,
        {{ ratio('discounts', 'gross_sales') }} as discount_share,
        {{ ratio('coupon_orders', 'orders') }} as coupon_order_share,
        {{ ratio('refunds', 'sales') }} as return_share,
        returned_lines
    from with_refunds
)

select * from known

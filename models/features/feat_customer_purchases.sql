-- What each customer had bought strictly before an as_of_date.
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
    where customer_id is not null
),

returns as (
    select * from {{ ref('fct_returns') }}
    where customer_id is not null
),

ordered as (
    select
        dates.as_of_date,
        orders.customer_id,
        count(case when orders.is_counted then 1 end) as orders,
        count(case
            when
                orders.is_counted
                and orders.ordered_at >= {{ days_later('dates.as_of_at', -30) }}
                then 1
        end) as orders_30d,
        count(case
            when
                orders.is_counted
                and orders.ordered_at >= {{ days_later('dates.as_of_at', -90) }}
                then 1
        end) as orders_90d,
        count(case
            when
                orders.is_counted
                and orders.ordered_at >= {{ days_later('dates.as_of_at', -365) }}
                then 1
        end) as orders_365d,
        min(case when orders.is_counted then orders.ordered_at end) as first_ordered_at,
        max(case when orders.is_counted then orders.ordered_at end) as last_ordered_at,
        sum(orders.gross_sales) as gross_sales,
        sum(orders.discounts) as discounts,
        sum(orders.gross_sales - orders.discounts) as sales,
        sum(case
            when orders.ordered_at >= {{ days_later('dates.as_of_at', -90) }}
                then orders.gross_sales - orders.discounts
            else 0
        end) as sales_90d
    from orders
    inner join dates on orders.identified_at < dates.as_of_at
    group by dates.as_of_date, orders.customer_id
),

bought as (
    select
        dates.as_of_date,
        order_lines.customer_id,
        count(distinct case
            when order_lines.is_merchandise then order_lines.category
        end) as categories,
        sum(order_lines.cost_of_goods) as cost_of_goods
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    inner join dates on orders.identified_at < dates.as_of_at
    group by dates.as_of_date, order_lines.customer_id
),

refunded as (
    select
        dates.as_of_date,
        returns.customer_id,
        sum(returns.refunds) as refunds,
        sum(case
            when returns.returned_at >= {{ days_later('dates.as_of_at', -90) }}
                then returns.refunds
            else 0
        end) as refunds_90d,
        sum(returns.returned_cost) as returned_cost
    from returns
    -- A refund booked with an earlier time than its order is known with the order.
    inner join orders on returns.order_id = orders.order_id
    inner join dates
        on
            returns.returned_at < dates.as_of_at
            and orders.identified_at < dates.as_of_at
    group by dates.as_of_date, returns.customer_id
),

known as (
    select
        ordered.as_of_date,
        ordered.customer_id,
        ordered.orders,
        ordered.orders_30d,
        ordered.orders_90d,
        ordered.orders_365d,
        ordered.first_ordered_at,
        ordered.last_ordered_at,
        {{ money('ordered.sales - coalesce(refunded.refunds, 0)') }} as net_sales,
        {{ money('ordered.sales_90d - coalesce(refunded.refunds_90d, 0)') }}
            as net_sales_90d,
        {{ money(
            'ordered.sales - coalesce(refunded.refunds, 0)'
            ~ ' - coalesce(bought.cost_of_goods, 0)'
            ~ ' + coalesce(refunded.returned_cost, 0)'
        ) }} as gross_margin,
        {{ ratio('ordered.sales', 'ordered.orders') }} as average_order_value,
        {{ ratio('ordered.discounts', 'ordered.gross_sales') }} as discount_share,
        {{ ratio('coalesce(refunded.refunds, 0)', 'ordered.sales') }} as return_share,
        coalesce(bought.categories, 0) as categories,
        {{ ratio(
            elapsed_seconds('ordered.first_ordered_at', 'ordered.last_ordered_at'),
            '86400 * (ordered.orders - 1)'
        ) }} as mean_days_between_orders
    from ordered
    left join bought
        on
            ordered.as_of_date = bought.as_of_date
            and ordered.customer_id = bought.customer_id
    left join refunded
        on
            ordered.as_of_date = refunded.as_of_date
            and ordered.customer_id = refunded.customer_id
)

select * from known

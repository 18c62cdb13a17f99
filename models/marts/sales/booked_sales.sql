-- Sales on the day they were made and refunds on the day they were booked, as books
-- are kept.
-- Grain: one row per order, and one per order and day on which something of it was
-- refunded. Money of both kinds adds up to what fct_orders tells of the order, which
-- has it all on the order's date.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

returns as (
    select * from {{ ref('fct_returns') }}
),

refunds as (
    select
        order_id,
        return_date,
        sum(refunds) as refunds,
        sum(refunds - returned_cost) as margin
    from returns
    group by order_id, return_date
),

refunds_of_orders as (
    select
        order_id,
        sum(margin) as margin
    from refunds
    group by order_id
),

booked as (
    select
        orders.order_id,
        'sale' as entry,
        orders.order_date as date_day,
        orders.customer_id,
        orders.sales_channel,
        orders.is_counted,
        coalesce(orders.is_first_order, false) as is_first_order,
        case when orders.is_counted then 1 else 0 end as orders,
        case when orders.is_counted then orders.items else 0 end as items,
        orders.gross_sales,
        orders.discounts,
        {{ money('0') }} as returns,
        orders.shipping,
        orders.tax,
        {{ money('orders.gross_margin + coalesce(refunds_of_orders.margin, 0)') }}
            as gross_margin
    from orders
    left join refunds_of_orders on orders.order_id = refunds_of_orders.order_id
    union all
    select
        refunds.order_id,
        'refund',
        refunds.return_date,
        orders.customer_id,
        orders.sales_channel,
        orders.is_counted,
        false,
        0,
        0,
        0,
        0,
        {{ money('refunds.refunds') }},
        0,
        0,
        {{ money('-refunds.margin') }}
    from refunds
    inner join orders on refunds.order_id = orders.order_id
)

select * from booked

-- Orders with what decides how they count: person, day, rate, tax and status.
-- Grain: one row per order that counts in sales; cancelled, unpaid and test orders are
-- left out here and counted in order_reconciliation.
with

orders as (
    select * from {{ ref('stg_store__orders') }}
),

statuses as (
    select * from {{ ref('order_statuses') }}
),

people as (
    select * from {{ ref('identity_orders') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

items as (
    select * from {{ ref('stg_store__order_items') }}
),

charged as (
    select order_id, sum(line_amount) as lines_amount
    from items
    group by order_id
),

dated as (
    select
        orders.*,
        {{ reporting_date('orders.ordered_at') }} as order_date
    from orders
),

valued as (
    select
        dated.order_id,
        people.customer_id,
        people.is_guest_order,
        people.linked_at as identified_at,
        dated.visitor_id,
        dated.ordered_at,
        dated.order_date,
        dated.status,
        statuses.is_order,
        dated.sales_channel,
        dated.coupon_code,
        dated.discount_amount,
        dated.shipping_amount,
        dated.tax_amount,
        rates.rate,
        -- What is left of a charged amount once the tax inside it is taken out.
        case
            when dated.taxes_included
                then 1 - coalesce({{ ratio(
                    'dated.tax_amount',
                    'charged.lines_amount - dated.discount_amount'
                    ~ ' + dated.shipping_amount'
                ) }}, 0)
            else 1
        end as net_of_tax_share
    from dated
    inner join statuses on dated.status = statuses.status
    left join people on dated.order_id = people.order_id
    left join rates
        on dated.currency = rates.currency and dated.order_date = rates.date_day
    left join charged on dated.order_id = charged.order_id
    where statuses.is_sale and not dated.is_test
)

select * from valued

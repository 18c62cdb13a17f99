-- Refunds in the reporting currency, net of tax, with the cost of what came back.
-- Grain: one row per return of an order that counts in sales. Cost comes back at the
-- product's unit cost, else at the order's own cost share, else at the assumed margin.
with

returns as (
    select * from {{ ref('stg_store__returns') }}
),

orders as (
    select * from {{ ref('int_orders') }}
),

order_lines as (
    select * from {{ ref('int_order_lines') }}
),

products as (
    select * from {{ ref('int_products') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

default_rule as (
    select assumed_margin_rate from {{ ref('category_rules') }}
    where category = '(any)'
),

order_costs as (
    select
        order_id,
        {{ ratio('sum(cost_of_goods)', 'sum(net_sales)') }} as cost_share,
        count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
    from order_lines
    group by order_id
),

valued as (
    select
        returns.return_id,
        returns.order_id,
        returns.line_number,
        returns.product_id,
        orders.customer_id,
        orders.is_order,
        orders.ordered_at,
        orders.order_date,
        returns.returned_at,
        {{ reporting_date('returns.returned_at') }} as return_date,
        returns.quantity,
        -- Refunded at the rate of the order, so that a full refund nets it to zero.
        {{ rounded_money(
            'returns.refund_amount * orders.rate * orders.net_of_tax_share'
        ) }} as refunds,
        returns.quantity * products.unit_cost * product_rates.rate as known_cost,
        order_costs.cost_share,
        order_costs.is_margin_assumed as is_cost_share_assumed,
        coalesce(products.assumed_margin_rate, default_rule.assumed_margin_rate)
            as assumed_margin_rate
    from returns
    inner join orders on returns.order_id = orders.order_id
    left join products on returns.product_id = products.product_id
    left join rates as product_rates
        on
            products.currency = product_rates.currency
            and orders.order_date = product_rates.date_day
    left join order_costs on returns.order_id = order_costs.order_id
    left join default_rule on true
),

costed as (
    select
        return_id,
        order_id,
        line_number,
        product_id,
        customer_id,
        is_order,
        ordered_at,
        order_date,
        returned_at,
        return_date,
        quantity,
        refunds,
        {{ rounded_money(
            'coalesce(known_cost, refunds * cost_share,'
            ~ ' refunds * (1 - assumed_margin_rate))'
        ) }} as returned_cost,
        known_cost is null and (cost_share is null or is_cost_share_assumed)
            as is_margin_assumed
    from valued
)

select * from costed

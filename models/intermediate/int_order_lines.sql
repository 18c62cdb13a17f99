-- Order lines in the reporting currency, net of tax.
-- Grain: one row per order and line number. The order's own discount is spread over its
-- lines in proportion to what was charged, to the last ten-thousandth.
with

orders as (
    select * from {{ ref('int_orders') }}
),

items as (
    select * from {{ ref('stg_store__order_items') }}
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

spread as (
    select
        items.*,
        orders.customer_id,
        orders.identified_at,
        orders.ordered_at,
        orders.order_date,
        orders.is_order,
        orders.rate * orders.net_of_tax_share as factor,
        {{ allocate(
            'orders.discount_amount', 'items.line_amount', 'items.order_id',
            'items.line_number'
        ) }} as order_discount_amount
    from items
    inner join orders on items.order_id = orders.order_id
),

valued as (
    select
        spread.order_id,
        spread.line_number,
        spread.product_id,
        products.category,
        coalesce(products.is_merchandise, true) as is_merchandise,
        spread.customer_id,
        spread.identified_at,
        spread.ordered_at,
        spread.order_date,
        spread.is_order,
        spread.quantity,
        {{ rounded_money(
            '(spread.line_amount + spread.discount_amount) * spread.factor'
        ) }} as gross_sales,
        {{ rounded_money(
            '(spread.discount_amount + spread.order_discount_amount) * spread.factor'
        ) }} as discounts,
        spread.quantity * products.unit_cost * product_rates.rate as known_cost,
        coalesce(products.assumed_margin_rate, default_rule.assumed_margin_rate)
            as assumed_margin_rate
    from spread
    left join products on spread.product_id = products.product_id
    left join rates as product_rates
        on
            products.currency = product_rates.currency
            and spread.order_date = product_rates.date_day
    left join default_rule on true
),

costed as (
    select
        order_id,
        line_number,
        product_id,
        category,
        is_merchandise,
        customer_id,
        identified_at,
        ordered_at,
        order_date,
        is_order,
        quantity,
        gross_sales,
        discounts,
        {{ money('gross_sales - discounts') }} as net_sales,
        {{ rounded_money(
            'coalesce(known_cost, (gross_sales - discounts)'
            ~ ' * (1 - assumed_margin_rate))'
        ) }} as cost_of_goods,
        known_cost is null as is_margin_assumed
    from valued
)

select * from costed

-- Orders whose money is not that of their lines less their returns.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

parts as (
    select
        order_id, gross_sales, discounts, 0 as returns, net_sales, cost_of_goods
    from {{ ref('fct_order_lines') }}
    union all
    select order_id, 0, 0, refunds, -refunds, -returned_cost
    from {{ ref('fct_returns') }}
),

summed as (
    select
        order_id,
        sum(gross_sales) as gross_sales,
        sum(discounts) as discounts,
        sum(returns) as returns,
        sum(net_sales) as net_sales,
        sum(cost_of_goods) as cost_of_goods
    from parts
    group by order_id
)

select
    coalesce(orders.order_id, summed.order_id) as order_id,
    orders.net_sales,
    summed.net_sales as net_sales_of_parts
from orders
full outer join summed on orders.order_id = summed.order_id
where
    orders.order_id is null
    {%- for amount in
        ['gross_sales', 'discounts', 'returns', 'net_sales', 'cost_of_goods'] %}
    or abs(orders.{{ amount }} - coalesce(summed.{{ amount }}, 0)) > 0.005
    {%- endfor %}
    or abs(orders.gross_margin - (orders.net_sales - orders.cost_of_goods)) > 0.005

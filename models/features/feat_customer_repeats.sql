-- How often, how lately and for how much each customer had bought again strictly before
-- an as_of_date, told as models of repeat purchases want it: in days with an order, the
-- first of which counts only as the beginning, and in weeks.
-- Grain: one row per as_of_date and customer with a counted order before it. An order
-- counts for a person once it was known whose it is, a refund once it was made.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

returns as (
    select * from {{ ref('fct_returns') }}
),

line_costs as (
    select
        order_id,
        sum(cost_of_goods) as cost_of_goods
    from order_lines
    group by order_id
),

sold as (
    select
        orders.order_id,
        orders.customer_id,
        orders.order_date,
        orders.identified_at,
        orders.gross_sales - orders.discounts
        {%- if var('clv_value') == 'gross_margin' %}
        - coalesce(line_costs.cost_of_goods, 0)
        {%- endif %} as value
    from orders
    left join line_costs on orders.order_id = line_costs.order_id
),

refunded as (
    select
        dates.as_of_date,
        returns.order_id,
        sum(
            returns.refunds
            {%- if var('clv_value') == 'gross_margin' %}
            - returns.returned_cost
            {%- endif %}
        ) as value
    from returns
    inner join dates on returns.returned_at < dates.as_of_at
    group by dates.as_of_date, returns.order_id
),

purchase_days as (
    select
        dates.as_of_date,
        sold.customer_id,
        sold.order_date,
        sum(sold.value - coalesce(refunded.value, 0)) as value
    from sold
    inner join dates on sold.identified_at < dates.as_of_at
    left join refunded
        on dates.as_of_date = refunded.as_of_date and sold.order_id = refunded.order_id
    group by dates.as_of_date, sold.customer_id, sold.order_date
),

counted as (
    select
        as_of_date,
        customer_id,
        count(*) - 1 as repeats,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        sum(value) - min_by(value, order_date) as repeat_value
    from purchase_days
    group by as_of_date, customer_id
),

told as (
    select
        as_of_date,
        customer_id,
        repeats as frequency,
        {{ day_difference('first_order_date', 'last_order_date') }} / 7e0 as recency,
        {{ day_difference('first_order_date', 'as_of_date') }} / 7e0 as age,
        {{ ratio('repeat_value', 'repeats') }} as monetary_value
    from counted
)

select * from told

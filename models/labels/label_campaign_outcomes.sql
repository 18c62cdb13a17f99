-- What everybody drawn into an arm of an experiment bought within the outcome window,
-- whether or not the campaign reached them.
-- Grain: one row per campaign and customer drawn before as_of_date. A window holds the
-- instant of the draw and not its last; it is closed once as_of_date has come to its
-- end. Sales and margin are of the orders as placed: refunds come for months, in every
-- arm.
with

period as (
    select * from {{ ref('int_data_period') }}
),

assignments as (
    select * from {{ ref('fct_campaign_assignments') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

drawn as (
    select
        assignments.campaign_id,
        assignments.customer_id,
        assignments.arm,
        assignments.assigned_at,
        assignments.segment_id,
        assignments.score_decile,
        {{ days_later('assignments.assigned_at', var('lift_outcome_window_days')) }}
            as window_end_at,
        period.as_of_at
    from assignments
    inner join period on assignments.assigned_at < period.as_of_at
),

sales as (
    select
        drawn.campaign_id,
        drawn.customer_id,
        count(distinct orders.order_id) as orders,
        sum(order_lines.net_sales) as revenue,
        sum(order_lines.gross_margin) as margin
    from drawn
    inner join orders
        on
            drawn.customer_id = orders.customer_id
            and orders.ordered_at >= drawn.assigned_at
            and orders.ordered_at < drawn.window_end_at
            and orders.ordered_at < drawn.as_of_at
    inner join order_lines on orders.order_id = order_lines.order_id
    group by drawn.campaign_id, drawn.customer_id
),

told as (
    select
        drawn.campaign_id,
        drawn.customer_id,
        drawn.arm,
        drawn.assigned_at,
        drawn.segment_id,
        drawn.score_decile,
        drawn.window_end_at,
        drawn.window_end_at <= drawn.as_of_at as is_window_closed,
        coalesce(sales.orders, 0) as orders,
        coalesce(sales.orders, 0) > 0 as is_converted,
        {{ money('coalesce(sales.revenue, 0)') }} as revenue,
        {{ money('coalesce(sales.margin, 0)') }} as margin
    from drawn
    left join sales
        on
            drawn.campaign_id = sales.campaign_id
            and drawn.customer_id = sales.customer_id
)

select * from told

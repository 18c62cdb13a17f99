-- How each order's sales are credited to what led to it, by every attribution model.
-- Grain: one row per order and touch on its path; an order without a touch has one row
-- with campaign and channel `(none)`. Weights of an order sum to one under every model,
-- and revenue and margin to its own.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

shares as (
    select * from {{ ref('touch_shares') }}
),

credited as (
    select
        orders.order_id,
        orders.ordered_at as converted_at,
        orders.order_date as converted_date,
        coalesce(orders.is_first_order, false) as is_first_order,
        orders.is_margin_assumed,
        shares.touch_id,
        coalesce({{ reporting_date('shares.touched_at') }}, orders.order_date)
            as touched_date,
        coalesce(shares.campaign_id, '(none)') as campaign_id,
        coalesce(shares.channel_group, '(none)') as channel_group,
        coalesce(shares.position, 1) as position,
        coalesce(shares.path_length, 0) as path_length
        {%- for model in attribution_models() %}
        {%- set before, after = touch_share(model) %},
        {{ as_decimal(weight(after) ~ ' - ' ~ weight(before), 18, 12) }}
            as {{ model }}_weight,
        {{ part_between('orders.net_sales', before, after) }} as {{ model }}_revenue,
        {{ part_between('orders.gross_margin', before, after) }} as {{ model }}_margin
        {%- endfor %}
    from orders
    inner join period on orders.ordered_at < period.as_of_at
    left join shares on orders.order_id = shares.order_id
)

select * from credited

-- How refunds are taken from what led to the order: in the same parts as its sales.
-- Grain: one row per order, touch on its path and day of refunds. Margin loses the
-- refund less the cost of what came back.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

returns as (
    select * from {{ ref('fct_returns') }}
),

shares as (
    select * from {{ ref('touch_shares') }}
),

refunds as (
    select
        order_id,
        return_date,
        sum(refunds) as refunds,
        sum(refunds - returned_cost) as margin,
        count(case when is_margin_assumed then 1 end) > 0 as is_margin_assumed
    from returns
    group by order_id, return_date
),

credited as (
    select
        refunds.order_id,
        refunds.return_date,
        refunds.is_margin_assumed,
        orders.order_date as converted_date,
        coalesce(shares.campaign_id, '(none)') as campaign_id,
        coalesce(shares.channel_group, '(none)') as channel_group,
        coalesce(shares.position, 1) as position
        {%- for model in attribution_models() %}
        {%- set before, after = touch_share(model) %},
        {{ part_between('refunds.refunds', before, after) }} as {{ model }}_revenue,
        {{ part_between('refunds.margin', before, after) }} as {{ model }}_margin
        {%- endfor %}
    from refunds
    inner join orders on refunds.order_id = orders.order_id
    inner join period on orders.ordered_at < period.as_of_at
    left join shares on refunds.order_id = shares.order_id
)

select * from credited

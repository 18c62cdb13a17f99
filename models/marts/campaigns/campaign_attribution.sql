-- How each order's sales are credited to the campaigns that led to it, by three models.
-- Grain: one row per conversion and touch; a conversion without a touch has one row
-- with campaign `(none)`. Touches count from the lookback before the order up to it,
-- and not before the same person's previous order. Weights of a conversion sum to one
-- under every model, and revenue to the order's net sales.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

touches as (
    select * from {{ ref('fct_marketing_touches') }}
),

conversions as (
    select
        orders.order_id,
        orders.customer_id,
        orders.ordered_at as converted_at,
        orders.order_date as converted_date,
        orders.is_first_order,
        orders.net_sales,
        orders.gross_margin,
        coalesce(orders.customer_id, orders.visitor_id) as person_id
    from orders
    inner join period on orders.ordered_at < period.as_of_at
),

bounded as (
    select
        conversions.*,
        lag(converted_at) over (
            partition by person_id order by converted_at, order_id
        ) as previous_converted_at
    from conversions
),

paths as (
    select
        bounded.order_id,
        touches.touch_id,
        touches.campaign_id,
        touches.channel_group,
        touches.touched_at,
        row_number() over (
            partition by bounded.order_id order by touches.touched_at, touches.touch_id
        ) as position,
        count(*) over (partition by bounded.order_id) as path_length
    from bounded
    inner join touches
        on
            bounded.person_id = touches.person_id
            and touches.touched_at <= bounded.converted_at
            and touches.touched_at >= {{ days_later(
                'bounded.converted_at', '-' ~ var('attribution_lookback_days')
            ) }}
            and (
                bounded.previous_converted_at is null
                or touches.touched_at > bounded.previous_converted_at
            )
),

credited as (
    select
        bounded.order_id,
        bounded.converted_at,
        bounded.converted_date,
        bounded.is_first_order,
        paths.touch_id,
        coalesce(paths.campaign_id, '(none)') as campaign_id,
        coalesce(paths.channel_group, '(none)') as channel_group,
        coalesce({{ reporting_date('paths.touched_at') }}, bounded.converted_date)
            as touched_date,
        coalesce(paths.position, 1) as position,
        coalesce(paths.path_length, 1) as path_length,
        bounded.net_sales,
        bounded.gross_margin
    from bounded
    left join paths on bounded.order_id = paths.order_id
),

-- Weights are decimals, and linear ones differences of rounded running shares: they add
-- up to one exactly, in whatever order an engine adds them.
weighted as (
    select
        credited.*,
        {{ weight('case when position = 1 then 1 else 0 end') }} as first_touch_weight,
        {{ weight('case when position = path_length then 1 else 0 end') }}
            as last_touch_weight,
        {{ weight(ratio('position', 'path_length')) }}
        - {{ weight(ratio('position - 1', 'path_length')) }} as linear_weight
    from credited
),

told as (
    select
        order_id as conversion_id,
        order_id,
        converted_at,
        converted_date,
        coalesce(is_first_order, false) as is_first_order,
        touch_id,
        touched_date,
        campaign_id,
        channel_group,
        position,
        path_length,
        first_touch_weight,
        {{ money('case when position = 1 then net_sales else 0 end') }}
            as first_touch_revenue,
        {{ money('case when position = 1 then gross_margin else 0 end') }}
            as first_touch_margin,
        last_touch_weight,
        {{ money('case when position = path_length then net_sales else 0 end') }}
            as last_touch_revenue,
        {{ money('case when position = path_length then gross_margin else 0 end') }}
            as last_touch_margin,
        {{ weight('linear_weight') }} as linear_weight,
        {{ money(allocate('net_sales', '1', 'order_id', 'position')) }}
            as linear_revenue,
        {{ money(allocate('gross_margin', '1', 'order_id', 'position')) }}
            as linear_margin,
        '{{ reporting_currency() }}' as currency
    from weighted
)

select * from told

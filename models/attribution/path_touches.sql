-- Every touch on the path it belongs to, whether or not that path led to an order.
-- Grain: one row per touch before as_of_date. A path ends with an order: what a person
-- did up to it, after their order before, and within the lookback, is its path. Other
-- touches make paths without an order, one as long as no gap exceeds the lookback. Of
-- orders of one instant the first by id has the path.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and coalesce(customer_id, visitor_id) is not null
),

touches as (
    select * from {{ ref('fct_marketing_touches') }}
),

conversions as (
    select
        orders.order_id,
        orders.ordered_at as converted_at,
        coalesce(orders.customer_id, orders.visitor_id) as person_id,
        row_number() over (
            partition by coalesce(orders.customer_id, orders.visitor_id)
            order by orders.ordered_at, orders.order_id
        ) as conversion_number
    from orders
    inner join period on orders.ordered_at < period.as_of_at
),

-- A touch at the instant of an order comes before it.
timeline as (
    select
        touches.person_id,
        touches.touched_at as moment,
        0 as is_conversion,
        touches.touch_id
    from touches
    inner join period on touches.touched_at < period.as_of_at
    union all
    select person_id, converted_at, 1, null from conversions
),

counted as (
    select
        touch_id,
        sum(is_conversion) over (
            partition by person_id order by moment, is_conversion
            rows between unbounded preceding and current row
        ) as conversions_before
    from timeline
),

led as (
    select
        touches.*,
        counted.conversions_before,
        conversions.order_id
    from counted
    inner join touches on counted.touch_id = touches.touch_id
    left join conversions
        on
            touches.person_id = conversions.person_id
            and counted.conversions_before + 1 = conversions.conversion_number
            and touches.touched_at >= {{ days_later(
                'conversions.converted_at', '-' ~ var('attribution_lookback_days')
            ) }}
),

with_previous as (
    select
        led.*,
        lag(touched_at) over (
            partition by person_id, conversions_before, order_id
            order by touched_at, touch_id
        ) as previous_touched_at
    from led
),

with_number as (
    select
        with_previous.*,
        case when order_id is null then sum(
            case
                when touched_at <= {{ days_later(
                    'previous_touched_at', var('attribution_lookback_days')
                ) }} then 0
                else 1
            end
        ) over (
            partition by person_id, conversions_before, order_id
            order by touched_at, touch_id
            rows between unbounded preceding and current row
        ) end as path_number
    from with_previous
),

placed as (
    select
        touch_id,
        first_value(touch_id) over steps as path_id,
        person_id,
        order_id,
        campaign_id,
        channel_group,
        touched_at,
        cast(row_number() over steps as bigint) as position,
        count(*) over (
            partition by person_id, conversions_before, order_id, path_number
        ) as path_length,
        lag(channel_group) over steps as previous_channel_group
    from with_number
    window steps as (
        partition by person_id, conversions_before, order_id, path_number
        order by touched_at, touch_id
    )
)

select * from placed

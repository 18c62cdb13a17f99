-- Which part of an order each touch on its path earns, by every attribution model.
-- Grain: one row per touch of a path with an order. `<model>_share_before` and
-- `<model>_share_after` are the running shares, from 0 to 1, before the touch and with
-- it: what lies between them is the touch's.
{%- set points = attribution_points() %}
with

touches as (
    select * from {{ ref('path_touches') }}
    where order_id is not null
),

effects as (
    select * from {{ ref('channel_removal_effects') }}
),

described as (
    select
        touches.*,
        effects.removal_effect,
        {{ elapsed_seconds(
            'touches.touched_at',
            'max(touches.touched_at) over (partition by touches.order_id)'
        ) }} / 86400 as days_before_last,
        coalesce(
            max(case when touches.channel_group <> 'Direct' then touches.position end)
                over (partition by touches.order_id),
            touches.path_length
        ) as last_non_direct_position,
        count(*) over (partition by touches.order_id, touches.channel_group)
            as channel_touches
    from touches
    inner join effects on touches.channel_group = effects.channel_group
),

pointed as (
    select
        order_id,
        touch_id,
        campaign_id,
        channel_group,
        touched_at,
        position,
        path_length
        {%- for model, of_touch in points.items() %},
        {{ of_touch }} as {{ model }}_points
        {%- endfor %}
    from described
),

running as (
    select
        pointed.*
        {%- for model in points %},
        sum({{ model }}_points) over so_far as {{ model }}_so_far,
        sum({{ model }}_points) over path as {{ model }}_whole
        {%- endfor %}
    from pointed
    window
        path as (partition by order_id),
        so_far as (
            partition by order_id order by position
            rows between unbounded preceding and current row
        )
),

shared as (
    select
        order_id,
        touch_id,
        campaign_id,
        channel_group,
        touched_at,
        position,
        path_length
        {%- for model in points %},
        {{ ratio(model ~ '_so_far - ' ~ model ~ '_points', model ~ '_whole') }}
            as {{ model }}_share_before,
        {{ ratio(model ~ '_so_far', model ~ '_whole') }} as {{ model }}_share_after
        {%- endfor %}
    from running
)

select * from shared

-- Days and channels whose counts or money are not those of their sessions.
{%- set counts = [
    'sessions', 'engaged_sessions', 'bounces', 'sessions_with_add_to_cart',
    'sessions_with_checkout', 'sessions_with_purchase', 'purchases', 'revenue',
] %}
with

parts as (
    select
        session_date as date_day,
        channel_group,
        1 as sessions,
        cast(is_engaged as integer) as engaged_sessions,
        cast(is_bounce as integer) as bounces,
        cast(add_to_carts > 0 as integer) as sessions_with_add_to_cart,
        cast(checkouts > 0 as integer) as sessions_with_checkout,
        cast(purchases > 0 as integer) as sessions_with_purchase,
        purchases,
        revenue
    from {{ ref('fct_sessions') }}
    union all
    select
        date_day,
        channel_group
        {%- for count in counts %},
        -{{ count }}
        {%- endfor %}
    from {{ ref('daily_channels') }}
)

select
    date_day,
    channel_group
    {%- for count in counts %},
    sum({{ count }}) as {{ count }}
    {%- endfor %}
from parts
group by date_day, channel_group
having
    {%- for count in counts %}
    {{ 'or ' if not loop.first }}sum({{ count }}) <> 0
    {%- endfor %}

-- Attribution models whose orders by channel do not add up to the orders on paths.
with

channels as (
    select * from {{ ref('channel_attribution') }}
),

credits as (
    select * from {{ ref('campaign_attribution') }}
    where touch_id is not null
),

told as (
    {%- for model in attribution_models() %}
    select
        '{{ model }}' as attribution_model,
        coalesce(sum({{ model }}_conversions), 0) as conversions
    from channels
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

expected as (
    select count(distinct order_id) as orders from credits
)

select
    told.*,
    expected.orders
from told
cross join expected
where told.conversions <> expected.orders

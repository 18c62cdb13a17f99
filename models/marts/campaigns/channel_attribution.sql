-- What each channel is worth on the paths to orders: its removal effect, its Shapley
-- value, and the orders that each attribution model credits to it.
-- Grain: one row per channel on a path. `markov_share` is the removal effect over the
-- sum of all, as the literature credits channels as a whole; `markov_conversions` adds
-- up what is credited path by path, where only channels on the path earn, and so
-- differs. The Shapley value is of the game in which a coalition of channels is worth
-- the orders whose paths need no other channel; what paths credit adds up to it
-- exactly.
with

touches as (
    select * from {{ ref('path_touches') }}
),

effects as (
    select * from {{ ref('channel_removal_effects') }}
),

credits as (
    select * from {{ ref('touch_credits') }}
),

paths as (
    select
        channel_group,
        count(*) as touches,
        count(distinct path_id) as paths,
        count(distinct order_id) as converting_paths
    from touches
    group by channel_group
),

credited as (
    select
        channel_group
        {%- for model in attribution_models() %},
        sum({{ model }}_weight) as {{ model }}_conversions
        {%- endfor %}
    from credits
    group by channel_group
),

told as (
    select
        paths.channel_group,
        paths.touches,
        paths.paths,
        paths.converting_paths,
        effects.conversion_probability,
        effects.removal_effect,
        {{ ratio('effects.removal_effect', 'sum(effects.removal_effect) over ()') }}
            as markov_share
        {%- for model in attribution_models() %},
        {{ as_decimal('coalesce(credited.' ~ model ~ '_conversions, 0)', 28, 12) }}
            as {{ model }}_conversions
        {%- endfor %}
    from paths
    inner join effects on paths.channel_group = effects.channel_group
    left join credited on paths.channel_group = credited.channel_group
)

select * from told

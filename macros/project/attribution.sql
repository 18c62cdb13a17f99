{#-
  What a touch of a path that led to an order earns under each attribution model, in
  points: its weight is its share of the path's points. Points are decimals or whole
  numbers, so that sums do not depend on their order.

  first_touch, last_touch: all to one touch
  last_non_direct_touch: the last that is not Direct, the last where all are
  linear: each the same
  position_based: 40 % to the first, 40 % to the last, the rest to those between
  time_decay: half as much for each half-life before the path's last touch
  markov: a channel earns its removal effect, shared among its touches on the path
  shapley: each channel on the path earns the same, shared among its touches there
-#}
{% macro attribution_points() -%}
    {{- return({
        'first_touch': 'case when position = 1 then 1 else 0 end',
        'last_touch': 'case when position = path_length then 1 else 0 end',
        'last_non_direct_touch':
            'case when position = last_non_direct_position then 1 else 0 end',
        'linear': '1',
        'position_based': 'case'
            ~ ' when path_length <= 2 then 1'
            ~ ' when position in (1, path_length) then 2 * (path_length - 2)'
            ~ ' else 1 end',
        'time_decay': weight(
            'power(0.5, days_before_last / ' ~ var('attribution_half_life_days') ~ ')'
        ),
        'markov': weight(ratio('removal_effect', 'channel_touches')),
        'shapley': weight(ratio('1', 'channel_touches')),
    }) -}}
{%- endmacro %}

{% macro attribution_models() -%}
    {{- return(attribution_points().keys() | list) -}}
{%- endmacro %}

{#- Running shares before and with a touch of `shares`; an order without touches has one
    row, which has all of it. -#}
{% macro touch_share(model) -%}
    {{- return((
        'coalesce(shares.' ~ model ~ '_share_before, 0)',
        'coalesce(shares.' ~ model ~ '_share_after, 1)',
    )) -}}
{%- endmacro %}

{#- The part of `amount` between two shares of it, both told from the same end: parts
    add up to the whole exactly, since each begins where the one before ended. -#}
{% macro part_between(amount, share_before, share_after) -%}
    {{ money(
        rounded_money(amount ~ ' * ' ~ share_after) ~ ' - '
        ~ rounded_money(amount ~ ' * ' ~ share_before)
    ) }}
{%- endmacro %}

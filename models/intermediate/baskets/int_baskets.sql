-- What lay together, in each set of baskets.
-- Grain: one row per basket_set and basket. Baskets with more items than the set allows
-- are no shopper's and are left out whole. Each build compares all baskets with those
-- stored; what differs goes to int_pair_counts as a change.
{{ config(
    materialized='incremental',
    incremental_strategy='by_content',
    meta={'by_share_of': 'basket_id'},
    pre_hook='{{ forget_settings() }}',
    post_hook='{{ note_basket_changes() }}'
) }}
with

sets as (
    select * from {{ ref('int_basket_sets') }}
),

lines as (
    select * from {{ ref('int_basket_lines') }}
),

{% for set in basket_sets() -%}
-- {{ set.name }}
set_{{ set.number }} as (
    select
        sets.basket_set,
        lines.{{ set.basket_type }}_id as basket_id,
        {{ distinct_list('lines.' ~ set.item_type ~ '_number') }} as items
    from lines
    inner join sets
        on
            sets.basket_set = {{ set.number }}
            and lines.ordered_at >= sets.from_at
            and lines.ordered_at < sets.as_of_at
            and coalesce(lines.taken_back_at >= sets.as_of_at, true)
            {%- if set.basket_type == 'customer' %}
            -- Edges to a person count from the moment they were known.
            and lines.identified_at < sets.as_of_at
            {%- endif %}
    where
        lines.{{ set.basket_type }}_id is not null
        and lines.{{ set.item_type }}_number is not null
    group by sets.basket_set, lines.{{ set.basket_type }}_id
),

{% endfor -%}
baskets as (
    {%- for set in basket_sets() %}
    select * from set_{{ set.number }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

within_size as (
    select
        baskets.basket_set,
        baskets.basket_id,
        baskets.items
    from baskets
    inner join sets on baskets.basket_set = sets.basket_set
    where {{ length_of_list('baskets.items') }} <= sets.max_items
)

select * from within_size

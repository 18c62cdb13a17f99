-- How many baskets of each set hold two items together.
-- Grain: one row per basket_set, item_1 and item_2, of which item_1 is the lesser
-- number. Changed baskets take their former pairs back and add those they have now; a
-- pair that no basket holds any more is gone.
{{ config(
    materialized='incremental',
    incremental_strategy='by_difference',
    meta={'by_share_of': 'item_1'},
    pre_hook='{{ forget_settings() }}',
    post_hook=['{{ note_built() }}', '{{ forget_counted_baskets() }}']
) }}
with

{% if is_incremental() -%}
baskets as (
    select * from {{ basket_changes() }}
),
{%- else -%}
baskets as (
    select basket_set, items, 1 as times from {{ ref('int_baskets') }}
),
{%- endif %}

firsts as (
    select
        basket_set,
        times,
        items,
        {{ each_of('items') }} as item_1
    from baskets
),

couples as (
    select
        basket_set,
        times,
        item_1,
        {{ each_of('items') }} as item_2
    from firsts
),

-- One number to group by, which is faster than three.
packed as (
    select
        cast(basket_set as bigint) * {{ 2 ** 56 }}
        + cast(item_1 as bigint) * {{ 2 ** 28 }} + item_2 as pair,
        times
    from couples
    where item_1 < item_2
),

counted as (
    select
        pair,
        sum(times) as cooccurrences
    from packed
    group by pair
    having sum(times) <> 0
),

unpacked as (
    select
        {{ bits_above('pair', 56) }} as basket_set,
        {{ bits_above('pair', 28) }} % {{ 2 ** 28 }} as item_1,
        pair % {{ 2 ** 28 }} as item_2,
        cooccurrences
    from counted
),

told as (
    select
        cast(basket_set as integer) as basket_set,
        cast(item_1 as integer) as item_1,
        cast(item_2 as integer) as item_2,
        cast(cooccurrences as integer) as cooccurrences
    from unpacked
)

select * from told

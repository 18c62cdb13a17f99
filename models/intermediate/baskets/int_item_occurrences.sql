-- How many baskets of each set hold an item.
-- Grain: one row per basket_set and item_number, with the number of all baskets beside.
with

baskets as (
    select * from {{ ref('int_baskets') }}
),

held as (
    select
        basket_set,
        {{ each_of('items') }} as item_number
    from baskets
),

totals as (
    select
        basket_set,
        count(*) as baskets
    from baskets
    group by basket_set
),

counted as (
    select
        basket_set,
        item_number,
        count(*) as occurrences
    from held
    group by basket_set, item_number
),

told as (
    select
        counted.basket_set,
        counted.item_number,
        counted.occurrences,
        totals.baskets
    from counted
    inner join totals on counted.basket_set = totals.basket_set
)

select * from told

-- Sets of baskets whose pairs are not counted as often as their baskets hold them: a
-- basket of n items has n (n - 1) / 2 pairs.
{{ config(group='intermediate') }}
with

baskets as (
    select * from {{ ref('int_baskets') }}
),

pairs as (
    select * from {{ ref('int_pair_counts') }}
),

held as (
    select
        basket_set,
        sum({{ length_of_list('items') }} * ({{ length_of_list('items') }} - 1) / 2)
            as pairs_held
    from baskets
    group by basket_set
),

counted as (
    select
        basket_set,
        sum(cooccurrences) as pairs_counted,
        min(cooccurrences) as least_counted
    from pairs
    group by basket_set
)

select
    basket_set,
    held.pairs_held,
    counted.pairs_counted
from held
full outer join counted using (basket_set)
where
    coalesce(held.pairs_held, 0) <> coalesce(counted.pairs_counted, 0)
    or counted.least_counted < 1

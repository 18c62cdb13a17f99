-- Which items went together, in each set of baskets.
-- Grain: one row per basket_set, item_1 and item_2, both directions, the best by cosine
-- similarity for each item_1. Support is the share of all baskets with both, confidence
-- the share of item_1's baskets that hold item_2, lift that share over item_2's own
-- (Agrawal, Imielinski and Swami 1993; Brin et al. 1997); the log-likelihood ratio is
-- Dunning's (1993), its p-value that of a chi-square of one degree of freedom.
with

sets as (
    select * from {{ ref('int_basket_sets') }}
),

item_numbers as (
    select * from {{ ref('int_item_numbers') }}
),

occurrences as (
    select * from {{ ref('int_item_occurrences') }}
),

pairs as (
    select * from {{ ref('int_pair_counts') }}
    where cooccurrences >= {{ var('association_min_cooccurrences') }}
),

-- Where all else is equal the item that comes first by its name ranks first.
items as (
    select
        item_number,
        item_id,
        row_number() over (order by item_type, item_id) as place
    from item_numbers
),

counted as (
    select
        pairs.basket_set,
        pairs.item_1,
        pairs.item_2,
        one.occurrences as occurrences_1,
        other.occurrences as occurrences_2,
        pairs.cooccurrences,
        one.baskets,
        pairs.cooccurrences
        / sqrt(cast(one.occurrences as double) * other.occurrences)
            as cosine_similarity
    from pairs
    inner join occurrences as one
        on pairs.basket_set = one.basket_set and pairs.item_1 = one.item_number
    inner join occurrences as other
        on pairs.basket_set = other.basket_set and pairs.item_2 = other.item_number
    where
        pairs.cooccurrences >= {{ var('association_min_support') }} * one.baskets
),

directed as (
    select
        basket_set, item_1, item_2, occurrences_1, occurrences_2, cooccurrences,
        baskets, cosine_similarity
    from counted
    union all
    select
        basket_set, item_2, item_1, occurrences_2, occurrences_1, cooccurrences,
        baskets, cosine_similarity
    from counted
),

ranked as (
    select
        directed.*,
        items.item_id as item_id_2,
        cast(row_number() over (
            partition by directed.basket_set, directed.item_1
            order by
                directed.cosine_similarity desc,
                directed.cooccurrences desc,
                items.place
        ) as bigint) as rank
    from directed
    inner join items on directed.item_2 = items.item_number
),

nearest as (
    select
        ranked.*,
        items.item_id as item_id_1
    from ranked
    inner join items on ranked.item_1 = items.item_number
    where ranked.rank <= {{ var('association_top_n') }}
),

measured as (
    select
        basket_set,
        item_id_1 as item_1,
        item_id_2 as item_2,
        occurrences_1,
        occurrences_2,
        cooccurrences,
        baskets,
        {{ ratio('cooccurrences', 'baskets') }} as support,
        {{ ratio('cooccurrences', 'occurrences_1') }} as confidence,
        {{ ratio(
            'cast(cooccurrences as double) * baskets',
            'cast(occurrences_1 as double) * occurrences_2'
        ) }} as lift,
        cosine_similarity,
        {{ ratio(
            'cooccurrences', 'occurrences_1 + occurrences_2 - cooccurrences'
        ) }} as jaccard,
        {{ log_likelihood_ratio(
            'cooccurrences', 'occurrences_1', 'occurrences_2', 'baskets'
        ) }} as log_likelihood_ratio,
        rank
    from nearest
),

told as (
    select
        sets.basket_type,
        sets.item_type,
        sets.period,
        sets.purpose,
        sets.as_of_date,
        measured.*,
        {{ two_sided_p_value('sqrt(measured.log_likelihood_ratio)') }} as p_value
    from measured
    inner join sets on measured.basket_set = sets.basket_set
)

select * from told

-- Which products are bought together, counted over orders.
-- Grain: one row per as_of_date, product and associated product, both directions, the
-- best by cosine similarity for each product. Support is the share of all baskets with
-- both, confidence the share of product_1's baskets that hold product_2, lift that
-- share over product_2's own (Agrawal, Imielinski and Swami 1993; Brin et al. 1997).
with

period as (
    select * from {{ ref('int_data_period') }}
),

baskets as (
    select * from {{ ref('int_basket_products') }}
),

basket_total as (
    select count(distinct order_id) as baskets from baskets
),

occurrences as (
    select
        product_number,
        min(product_id) as product_id,
        count(*) as occurrences
    from baskets
    group by product_number
),

-- Each unordered pair once, its two numbers packed into one to group by.
pairs as (
    select
        one.product_number * 4294967296 + other.product_number as pair,
        count(*) as cooccurrences
    from baskets as one
    inner join baskets as other
        on
            one.order_id = other.order_id
            and one.product_number < other.product_number
    group by pair
    having count(*) >= {{ var('association_min_cooccurrences') }}
),

unpacked as (
    select
        cast(floor(pair / 4294967296) as bigint) as number_1,
        pair % 4294967296 as number_2,
        cooccurrences
    from pairs
),

directed as (
    select number_1, number_2, cooccurrences from unpacked
    union all
    select number_2, number_1, cooccurrences from unpacked
),

measured as (
    select
        one.product_id as product_1,
        other.product_id as product_2,
        one.occurrences as occurrences_1,
        other.occurrences as occurrences_2,
        directed.cooccurrences,
        {{ ratio('directed.cooccurrences', 'basket_total.baskets') }} as support,
        {{ ratio('directed.cooccurrences', 'one.occurrences') }} as confidence,
        {{ ratio(
            'directed.cooccurrences * basket_total.baskets',
            'one.occurrences * other.occurrences'
        ) }} as lift,
        directed.cooccurrences
        / sqrt(cast(one.occurrences * other.occurrences as double))
            as cosine_similarity,
        {{ ratio(
            'directed.cooccurrences',
            'one.occurrences + other.occurrences - directed.cooccurrences'
        ) }} as jaccard
    from directed
    inner join occurrences as one on directed.number_1 = one.product_number
    inner join occurrences as other on directed.number_2 = other.product_number
    cross join basket_total
),

ranked as (
    select
        measured.*,
        row_number() over (
            partition by product_1
            order by cosine_similarity desc, cooccurrences desc, product_2
        ) as rank
    from measured
),

kept as (
    select
        period.as_of_date,
        ranked.*
    from ranked
    cross join period
    where ranked.rank <= {{ var('association_top_n') }}
)

select * from kept

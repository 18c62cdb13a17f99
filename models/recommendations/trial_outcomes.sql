-- How well each list of the trial foretold what its customer then bought.
-- Grain: one row per algorithm, customer and cutoff (how many goods from the top are
-- looked at). Average precision and the discounted gain (Järvelin and Kekäläinen 2002)
-- are over the best that a list of that length could have reached.
with

lists as (
    select * from {{ ref('trial_lists') }}
),

seekers as (
    select * from {{ ref('input_seekers_holdout') }}
),

bought as (
    select * from {{ ref('label_product_purchases') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'trial'
),

cutoffs as (
    select 5 as cutoff
    union all
    select 10 as cutoff
    union all
    select 20 as cutoff
),

all_orders as (
    select sum(orders) as orders from products
),

-- How little a good says for being on a list: its self-information in bits.
surprises as (
    select
        products.product_id,
        -ln({{ ratio(
            greatest_of(['products.orders', '1']), 'all_orders.orders'
        ) }}) / ln(2) as surprise
    from products
    cross join all_orders
),

judged as (
    select
        lists.algorithm,
        lists.customer_id,
        lists.rank,
        case when lists.fallback_reason is null then 1 else 0 end as is_own,
        case when bought.product_id is null then 0 else 1 end as is_hit,
        surprises.surprise
    from lists
    inner join surprises on lists.product_id = surprises.product_id
    left join bought
        on
            lists.customer_id = bought.customer_id
            and lists.product_id = bought.product_id
),

running as (
    select
        judged.*,
        sum(is_hit) over (
            partition by algorithm, customer_id order by rank
        ) as hits_so_far
    from judged
),

-- Ranks of the best list there could be, and the gain of it.
ideal_ranks as (
    select step + 1 as rank
    from (
        select {{ numbers_to(var('recommendation_list_length') - 1) }} as step
    ) as steps
),

ideal_gains as (
    select
        rank as goods,
        sum({{ weight('ln(2) / ln(rank + 1)') }}) over (order by rank) as gain
    from ideal_ranks
),

summed as (
    select
        running.algorithm,
        running.customer_id,
        cutoffs.cutoff,
        sum(running.is_hit) as hits,
        max(running.is_own) as is_served,
        sum(case
            when running.is_hit = 1
                then {{ weight('cast(running.hits_so_far as double) / running.rank') }}
            else 0
        end) as precisions,
        sum(case
            when running.is_hit = 1 then {{ weight('ln(2) / ln(running.rank + 1)') }}
            else 0
        end) as gain,
        avg({{ weight('running.surprise') }}) as novelty
    from running
    inner join cutoffs on running.rank <= cutoffs.cutoff
    group by running.algorithm, running.customer_id, cutoffs.cutoff
),

told as (
    select
        summed.algorithm,
        summed.customer_id,
        seekers.customer_group,
        summed.cutoff,
        {{ ratio('summed.hits', 'summed.cutoff') }} as precision,
        {{ ratio('summed.hits', 'seekers.products_bought') }} as recall,
        {{ ratio('2 * summed.hits', 'summed.cutoff + seekers.products_bought') }} as f1,
        {{ ratio('summed.precisions', 'ideal_gains.goods') }} as average_precision,
        {{ ratio('summed.gain', 'ideal_gains.gain') }} as ndcg,
        cast(summed.novelty as double) as novelty,
        cast(summed.is_served as double) as served_share
    from summed
    inner join seekers on summed.customer_id = seekers.customer_id
    inner join ideal_gains
        on
            {{ least_of(['summed.cutoff', 'seekers.products_bought']) }}
            = ideal_gains.goods
)

select * from told

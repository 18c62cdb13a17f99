-- Lines of served lists that no rule allows: goods that may not be offered, goods the
-- customer has and is not due to buy again, more of a category than may be, lists that
-- skip a rank or are longer than allowed, customers without a list to whom a best
-- seller might be offered.
with

lists as (
    select * from {{ ref('product_recommendations') }}
),

seekers as (
    select * from {{ ref('input_seekers') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving'
),

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'serving'
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'serving' and segment = 'everyone'
),

lines as (
    select
        lists.customer_id,
        lists.product_id,
        lists.rank,
        products.is_available,
        coalesce(bought.is_offerable, true) as is_offerable,
        count(products.category) over (
            partition by lists.customer_id, products.category
        ) as goods_of_category,
        row_number() over (
            partition by lists.customer_id order by lists.rank
        ) as place
    from lists
    left join products on lists.product_id = products.product_id
    left join bought
        on
            lists.customer_id = bought.customer_id
            and lists.product_id = bought.product_id
),

unserved as (
    select seekers.customer_id
    from seekers
    left join lists on seekers.customer_id = lists.customer_id
    where lists.customer_id is null
),

withheld as (
    select
        unserved.customer_id,
        popularity.product_id
    from unserved
    cross join popularity
    left join bought
        on
            unserved.customer_id = bought.customer_id
            and popularity.product_id = bought.product_id
    where coalesce(bought.is_offerable, true)
)

select customer_id, product_id, rank from lines
where
    not coalesce(is_available, false)
    or not is_offerable
    or goods_of_category > {{ var('recommendation_max_per_category') }}
    or rank <> place
    or rank > {{ var('recommendation_list_length') }}
union all
select customer_id, product_id, null from withheld

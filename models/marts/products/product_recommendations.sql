-- What to offer whom, and why.
-- Grain: one row per customer and product; the list that is served now, by the
-- recommender that won the trial. Lines that it could not fill say why.
with

lists as (
    select * from {{ ref('serving_lists') }}
),

served as (
    select * from {{ ref('served_recommender') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving'
),

bought as (
    select * from {{ ref('feat_customer_products') }}
    where purpose = 'serving'
),

associations as (
    select * from {{ ref('feat_associations') }}
    where
        item_type = 'product'
        and purpose = 'serving'
        and period = 'all_time'
),

explained as (
    select
        lists.*,
        served.as_of_date,
        served.run_id,
        case
            when lists.fallback_reason = 'new_product'
                then 'new in ' || products.category
            when lists.fallback_reason is not null or lists.algorithm like 'popularity%'
                then {{ popularity_in_words('products') }}
            when bought.product_id is not null
                then
                    'bought on ' || bought.purchase_days || ' days, last '
                    || bought.days_since_last || ' days ago; usually again after '
                    || cast(round(bought.repurchase_interval_days, 0) as bigint)
                    || ' days'
            when associations.item_2 is not null
                then {{ association_in_words(
                    'associations', product_label('because')
                ) }}
            when lists.because_product_id is not null
                then 'like ' || {{ product_label('because') }}
            when lists.algorithm like 'user_based%' then 'bought by similar customers'
            else 'fits what was bought before'
        end as reason
    from lists
    inner join products on lists.product_id = products.product_id
    cross join served
    left join bought
        on
            lists.customer_id = bought.customer_id
            and lists.product_id = bought.product_id
    left join products as because
        on lists.because_product_id = because.product_id
    left join associations
        on
            lists.because_product_id = associations.item_1
            and lists.product_id = associations.item_2
            and lists.algorithm = 'item_based_' || associations.basket_type
),

told as (
    select
        as_of_date,
        customer_id,
        cast(rank as bigint) as rank,
        product_id,
        score,
        algorithm,
        because_product_id,
        reason,
        fallback_reason,
        {{ recommendation_id('algorithm', 'as_of_date', 'rank') }} as recommendation_id,
        run_id
    from explained
)

select * from told

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

reasons as (
    select * from {{ ref('serving_reasons') }}
),

explained as (
    select
        lists.customer_id,
        lists.product_id,
        lists.rank,
        lists.score,
        lists.algorithm,
        lists.fallback_reason,
        because.product_id as because_product_id,
        served.as_of_date,
        served.run_id,
        case
            when lists.fallback_reason = 'new_product'
                then 'new in ' || products.category
            when lists.fallback_reason is not null or lists.algorithm like 'popularity%'
                then {{ popularity_in_words('products') }}
            when bought.product_id is not null
                then
                    'bought on ' || {{ counted('bought.purchase_days', 'day') }}
                    || ', last ' || {{ counted('bought.days_since_last', 'day') }}
                    || ' ago; usually again after '
                    || cast(round(bought.repurchase_interval_days, 0) as bigint)
                    || ' days'
            when reasons.product_id is not null
                then {{ association_in_words('reasons', product_label('because')) }}
            when because.product_id is not null
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
    left join reasons
        on
            lists.customer_id = reasons.customer_id
            and lists.product_id = reasons.product_id
    left join products as because
        on
            because.product_id
            = coalesce(reasons.because_product_id, lists.because_product_id)
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

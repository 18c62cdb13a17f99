-- What to offer beside each product: what is bought with it more than chance would have
-- it, else what is popular in its category, else what is popular.
-- Grain: one row per product and product offered beside it. Every product has a list,
-- new ones too; only goods that may be offered now are on it.
{%- set length = var('recommendation_product_list_length') %}
with

associations as (
    select * from {{ ref('feat_associations') }}
    where
        item_type = 'product'
        and basket_type = 'order'
        and purpose = 'serving'
        and period = 'all_time'
        and lift > 1
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'serving'
),

popularity as (
    select * from {{ ref('feat_popularity') }}
    where purpose = 'serving' and segment = 'everyone'
),

offered as (
    select
        products.*,
        row_number() over (
            partition by category order by recent_orders desc, orders desc, product_id
        ) as place_in_category
    from products
    where is_available and orders > 0
),

-- One more than is needed, since a product is not offered beside itself.
proposed as (
    select
        item_1 as product_id,
        item_2 as offered_id,
        rank as place
    from associations
    union all
    select
        products.product_id,
        offered.product_id,
        1000 + offered.place_in_category
    from products
    inner join offered
        on
            products.category = offered.category
            and offered.place_in_category <= {{ length + 1 }}
    union all
    select
        products.product_id,
        popularity.product_id,
        2000 + popularity.popularity_rank
    from products
    inner join popularity on popularity.popularity_rank <= {{ length + 1 }}
),

once as (
    select proposed.*
    from proposed
    where product_id <> offered_id
    qualify row_number() over (
        partition by product_id, offered_id order by place
    ) = 1
),

numbered as (
    select
        once.*,
        row_number() over (partition by once.product_id order by once.place) as rank
    from once
    inner join offered on once.offered_id = offered.product_id
),

told as (
    select
        products.as_of_date,
        numbered.product_id,
        cast(numbered.rank as bigint) as rank,
        numbered.offered_id as bought_with_product_id,
        cast(associations.cooccurrences as bigint) as cooccurrences,
        associations.confidence,
        associations.lift,
        case
            when associations.item_2 is not null
                then {{ association_in_words(
                    'associations', product_label('products')
                ) }}
            else {{ popularity_in_words('offered') }}
        end as reason,
        case
            when associations.item_2 is not null then null
            when products.is_new then 'new_product'
            when products.orders = 0 then 'never_sold'
            else 'too_few_baskets'
        end as fallback_reason
    from numbered
    inner join products on numbered.product_id = products.product_id
    inner join offered on numbered.offered_id = offered.product_id
    left join associations
        on
            numbered.product_id = associations.item_1
            and numbered.offered_id = associations.item_2
    where numbered.rank <= {{ length }}
)

select * from told

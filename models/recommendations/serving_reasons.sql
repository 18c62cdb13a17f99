-- Which good of the customer's speaks most for each that is offered, by association.
-- Grain: one row per customer and product of a served list for which one does. What is
-- merely popular, and what Python gives a reason for, needs none.
with

lists as (
    select * from {{ ref('serving_lists') }}
    where
        fallback_reason is null
        and because_product_id is null
        and algorithm not like 'popularity%'
),

history as (
    select * from {{ ref('feat_customer_products') }}
    where
        purpose = 'serving'
        and interest_rank <= {{ var('recommendation_history_products') }}
),

associations as (
    select * from {{ ref('feat_associations') }}
    where
        purpose = 'serving'
        and period = 'all_time'
        and item_type = 'product'
        and rank <= {{ var('recommendation_neighbours') }}
),

-- Customers' goods are few, and products that go with one are many: the few come first.
own_goods as {{ materialized() }} (
    select
        lists.customer_id,
        lists.product_id,
        case lists.algorithm
            when 'item_based_customer' then 'customer'
            else 'order'
        end as basket_type,
        history.product_id as because_product_id,
        history.interest
    from lists
    inner join history on lists.customer_id = history.customer_id
),

spoken_for as (
    select
        own_goods.customer_id,
        own_goods.product_id,
        own_goods.because_product_id,
        associations.basket_type,
        associations.cooccurrences,
        associations.occurrences_1,
        own_goods.interest * associations.cosine_similarity as contribution
    from own_goods
    inner join associations
        on
            own_goods.because_product_id = associations.item_1
            and own_goods.product_id = associations.item_2
            and own_goods.basket_type = associations.basket_type
),

strongest as (
    select
        customer_id,
        product_id,
        because_product_id,
        basket_type,
        cooccurrences,
        occurrences_1
    from spoken_for
    qualify row_number() over (
        partition by customer_id, product_id
        order by contribution desc, because_product_id
    ) = 1
)

select * from strongest

-- Which good of the customer's speaks most for each that is offered by association.
-- Grain: one row per customer and product of a served list for which one does.
with

lists as (
    select * from {{ ref('serving_lists') }}
    where algorithm like 'item_based%' and fallback_reason is null
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

spoken_for as (
    select
        lists.customer_id,
        lists.product_id,
        history.product_id as because_product_id,
        associations.basket_type,
        associations.cooccurrences,
        associations.occurrences_1,
        history.interest * associations.cosine_similarity as contribution
    from lists
    inner join history on lists.customer_id = history.customer_id
    inner join associations
        on
            history.product_id = associations.item_1
            and lists.product_id = associations.item_2
            and lists.algorithm = 'item_based_' || associations.basket_type
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

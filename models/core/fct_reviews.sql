-- Product reviews with the person who wrote them.
-- Grain: one row per review.
with

reviews as (
    select * from {{ ref('stg_store__reviews') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

orders as (
    select * from {{ ref('identity_orders') }}
),

resolved as (
    select
        reviews.review_id,
        reviews.order_id,
        reviews.product_id,
        coalesce(customer_ids.customer_id, orders.customer_id) as customer_id,
        case
            when customer_ids.customer_id is not null
                then {{ greatest_of([
                    'reviews.reviewed_at', 'customer_ids.linked_at'
                ]) }}
            when orders.customer_id is not null
                then {{ greatest_of(['reviews.reviewed_at', 'orders.linked_at']) }}
        end as identified_at,
        reviews.rating,
        reviews.review_text,
        reviews.reviewed_at
    from reviews
    left join customer_ids
        on reviews.source_customer_id = customer_ids.source_customer_id
    left join orders on reviews.order_id = orders.order_id
)

select * from resolved

-- Purpose: what people answered when asked about an order. One answer may stand for
-- several orders, under one review_id: with the order's id it is unique.
-- Grain: one row per answer and order.
-- Time rule: a review was made when it was answered; Brazilian wall time becomes UTC.

with

-- The question is about the order: it is about a product where the order had only one.
single_products as (
    select
        order_id,
        min(product_id) as product_id,
    from accepted_order_items
    group by order_id
    having count(distinct product_id) = 1
)

select
    'reviews' as source_input,
    reviews.source_row,
    review_id || '-' || order_id as review_id,
    order_id,
    single_products.product_id,
    orders.customer_id,
    review_score as rating,
    nullif(
        concat_ws(chr(10), review_comment_title, review_comment_message), ''
    ) as review_text,
    timezone('UTC', timezone(
        getvariable('reporting_timezone'), review_answer_timestamp
    )) as reviewed_at,
from accepted_reviews as reviews
left join accepted_orders as orders using (order_id)
left join single_products using (order_id)

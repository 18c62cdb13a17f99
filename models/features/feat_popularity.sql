-- What sold best lately, to everyone and in each segment of customers.
-- Grain: one row per purpose, segment and product that may be offered, the best so many
-- of each segment. Orders of the recent days decide, then all orders.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where is_available
),

segments as (
    select * from {{ ref('feat_customer_segments') }}
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

by_segment as (
    select
        segments.purpose,
        segments.segment,
        purchases.product_id,
        count(*) as orders,
        count(case
            when purchases.order_date >= {{ days_later(
                'dates.as_of_date', '-' ~ var('recommendation_popularity_days')
            ) }}
                then 1
        end) as recent_orders
    from purchases
    inner join dates on purchases.identified_at < dates.as_of_at
    inner join segments
        on
            dates.purpose = segments.purpose
            and purchases.customer_id = segments.customer_id
    where
        coalesce(purchases.taken_back_at >= dates.as_of_at, true)
        and segments.segment <> 'everyone'
    group by segments.purpose, segments.segment, purchases.product_id
),

counted as (
    select purpose, segment, product_id, orders, recent_orders from by_segment
    union all
    select purpose, 'everyone' as segment, product_id, orders, recent_orders
    from products
    where orders > 0
),

ranked as (
    select
        counted.purpose,
        counted.segment,
        counted.product_id,
        counted.orders,
        counted.recent_orders,
        cast(row_number() over (
            partition by counted.purpose, counted.segment
            order by
                counted.recent_orders desc,
                counted.orders desc,
                counted.product_id
        ) as bigint) as popularity_rank
    from counted
    inner join products
        on
            counted.purpose = products.purpose
            and counted.product_id = products.product_id
),

best as (
    select * from ranked
    where popularity_rank <= {{ var('recommendation_candidates') }}
)

select * from best

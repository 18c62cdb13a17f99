-- What was known of each product strictly before recommendations are told.
-- Grain: one row per purpose and product that is merchandise. A good is bought again in
-- rhythm where enough of its buyers did: then it has a repurchase interval, the median
-- gap between two days on which one customer bought it.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

products as (
    select * from {{ ref('dim_products') }}
    where is_merchandise
),

lines as (
    select * from {{ ref('int_basket_lines') }}
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

inventory as (
    select * from {{ ref('stg_store__inventory') }}
),

ordered as (
    select
        dates.purpose,
        lines.product_id,
        count(distinct lines.order_id) as orders,
        count(distinct case
            when lines.order_date >= {{ days_later(
                'dates.as_of_date', '-' ~ var('recommendation_popularity_days')
            ) }}
                then lines.order_id
        end) as recent_orders
    from lines
    inner join dates on lines.ordered_at < dates.as_of_at
    where coalesce(lines.taken_back_at >= dates.as_of_at, true)
    group by dates.purpose, lines.product_id
),

gaps as (
    select
        dates.purpose,
        purchases.customer_id,
        purchases.product_id,
        {{ day_difference(
            'lag(purchases.order_date) over again', 'purchases.order_date'
        ) }} as gap_days
    from purchases
    inner join dates on purchases.identified_at < dates.as_of_at
    window again as (
        partition by dates.purpose, purchases.customer_id, purchases.product_id
        order by purchases.order_date
    )
),

rhythm as (
    select
        purpose,
        product_id,
        count(distinct customer_id) as customers,
        count(distinct case when gap_days is not null then customer_id end)
            as repeat_customers,
        {{ median('gap_days') }} as median_gap_days
    from gaps
    group by purpose, product_id
),

in_stock as (
    select
        dates.purpose,
        inventory.product_id,
        inventory.on_hand > 0 as is_in_stock
    from inventory
    inner join dates on inventory.snapshot_date < dates.as_of_date
    qualify row_number() over (
        partition by dates.purpose, inventory.product_id
        order by inventory.snapshot_date desc
    ) = 1
),

told as (
    select
        dates.purpose,
        dates.as_of_date,
        products.product_id,
        products.product_name,
        products.category,
        products.brand,
        products.price,
        products.launched_at,
        coalesce(ordered.orders, 0) as orders,
        coalesce(ordered.recent_orders, 0) as recent_orders,
        case
            when
                rhythm.repeat_customers >= {{ var('repurchase_min_customers') }}
                and rhythm.repeat_customers
                >= {{ var('repurchase_min_share') }} * rhythm.customers
                then rhythm.median_gap_days
        end as repurchase_interval_days,
        coalesce(products.launched_at < dates.as_of_at, true)
        and coalesce(products.discontinued_at >= dates.as_of_at, true)
        and coalesce(in_stock.is_in_stock, true) as is_available,
        coalesce(
            products.launched_at >= {{ days_later(
                'dates.as_of_at', '-' ~ var('recommendation_new_product_days')
            ) }},
            false
        ) as is_new
    from products
    cross join dates
    left join ordered using (purpose, product_id)
    left join rhythm using (purpose, product_id)
    left join in_stock using (purpose, product_id)
)

select * from told

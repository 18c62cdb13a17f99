-- Everything known about a customer strictly before an as_of_date; training, scoring,
-- clustering and profiles all read this one model.
-- Grain: one row per as_of_date and customer known before it, with or without orders.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

purchases as (
    select * from {{ ref('feat_customer_purchases') }}
),

activity as (
    select * from {{ ref('feat_customer_activity') }}
),

population as (
    select
        dates.as_of_date,
        dates.as_of_at,
        dates.is_latest,
        customers.customer_id,
        customers.first_known_at,
        -- Whose account was known later was a guest until then.
        case
            when customers.is_guest or customers.account_known_at >= dates.as_of_at
                then 1
            else 0
        end as is_guest
    from customers
    inner join dates on customers.first_known_at < dates.as_of_at
),

joined as (
    select
        population.as_of_date,
        population.customer_id,
        population.is_latest,
        population.is_guest,
        {{ elapsed_seconds('population.first_known_at', 'population.as_of_at') }}
        / 86400 as tenure_days,
        -- Whole days of the reporting timezone: an order of yesterday is 0 days old.
        {{ day_difference(
            reporting_date('purchases.last_ordered_at'), 'population.as_of_date'
        ) }} - 1 as recency_days,
        coalesce(purchases.orders, 0) as orders,
        coalesce(purchases.orders_30d, 0) as orders_30d,
        coalesce(purchases.orders_90d, 0) as orders_90d,
        coalesce(purchases.orders_365d, 0) as orders_365d,
        coalesce(purchases.net_sales, 0) as net_sales,
        coalesce(purchases.net_sales_90d, 0) as net_sales_90d,
        coalesce(purchases.gross_margin, 0) as gross_margin,
        purchases.average_order_value,
        purchases.discount_share,
        purchases.return_share,
        coalesce(purchases.categories, 0) as categories,
        purchases.mean_days_between_orders,
        coalesce(activity.sessions_7d, 0) as sessions_7d,
        coalesce(activity.sessions_30d, 0) as sessions_30d,
        coalesce(activity.sessions_90d, 0) as sessions_90d,
        coalesce(activity.item_views_30d, 0) as item_views_30d,
        coalesce(activity.add_to_carts_30d, 0) as add_to_carts_30d,
        coalesce(activity.searches_30d, 0) as searches_30d,
        coalesce(activity.campaign_clicks_90d, 0) as campaign_clicks_90d,
        coalesce(activity.support_messages_90d, 0) as support_messages_90d,
        coalesce(activity.reviews, 0) as reviews
    from population
    left join purchases
        on
            population.as_of_date = purchases.as_of_date
            and population.customer_id = purchases.customer_id
    left join activity
        on
            population.as_of_date = activity.as_of_date
            and population.customer_id = activity.customer_id
),

with_rhythm as (
    select
        joined.*,
        recency_days - mean_days_between_orders as days_overdue
    from joined
)

select * from with_rhythm

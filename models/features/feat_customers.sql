-- Everything known about a customer strictly before an as_of_date; training, scoring,
-- clustering, segments and profiles all read this one model.
-- Grain: one row per as_of_date and customer known before it, with or without orders.
-- Counts and money are zero where there is nothing, shares and means are null.
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

rhythm as (
    select * from {{ ref('feat_customer_rhythm') }}
),

interests as (
    select * from {{ ref('feat_customer_interests') }}
    where interest_rank = 1
),

visits as (
    select * from {{ ref('feat_customer_visits') }}
),

campaigns as (
    select * from {{ ref('feat_customer_campaigns') }}
),

feedback as (
    select * from {{ ref('feat_customer_feedback') }}
),

population as (
    select
        dates.as_of_date,
        dates.as_of_at,
        dates.is_latest,
        customers.customer_id,
        customers.first_known_at,
        customers.country,
        -- Whose account was known later was a guest until then.
        case
            when customers.is_guest or customers.account_known_at >= dates.as_of_at
                then 1
            else 0
        end as is_guest
    from customers
    inner join dates on customers.first_known_at < dates.as_of_at
),

categories as (
    select * from interests where interest_type = 'category'
),

brands as (
    select * from interests where interest_type = 'brand'
),

joined as (
    select
        as_of_date,
        customer_id,
        population.is_latest,
        population.is_guest,
        population.country,
        {{ elapsed_seconds('population.first_known_at', 'population.as_of_at') }}
        / 86400 as tenure_days,
        -- Whole days of the reporting timezone: an order of yesterday is 0 days old.
        {{ day_difference(
            reporting_date('purchases.last_ordered_at'), 'as_of_date'
        ) }} - 1 as recency_days,
        {%- for name in [
            'orders', 'orders_30d', 'orders_90d', 'orders_365d',
            'net_sales', 'net_sales_90d', 'net_sales_365d', 'gross_margin',
            'returned_lines',
        ] %}
        coalesce(purchases.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        purchases.first_ordered_at,
        purchases.last_ordered_at,
        purchases.gross_margin_rate,
        purchases.average_order_value,
        purchases.items_per_order,
        purchases.discount_share,
        purchases.coupon_order_share,
        purchases.return_share,
        coalesce(rhythm.order_days, 0) as order_days,
        rhythm.mean_days_between_orders,
        rhythm.stddev_days_between_orders,
        rhythm.last_days_between_orders,
        coalesce(categories.interests, 0) as categories,
        categories.interest as favourite_category,
        categories.concentration as category_concentration,
        coalesce(brands.interests, 0) as brands,
        brands.interest as favourite_brand,
        brands.concentration as brand_concentration,
        {%- for name in [
            'sessions_7d', 'sessions_30d', 'sessions_90d',
            'item_views_30d', 'item_views_90d', 'add_to_carts_30d', 'add_to_carts_90d',
            'searches_30d', 'devices_90d', 'channel_groups_90d',
        ] %}
        coalesce(visits.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        visits.days_since_last_session,
        visits.mobile_session_share_90d,
        visits.paid_session_share_90d,
        visits.email_session_share_90d,
        {%- for name in [
            'campaign_contacts_90d', 'campaign_responses_90d', 'campaign_clicks_90d'
        ] %}
        coalesce(campaigns.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        campaigns.campaign_response_rate_90d,
        coalesce(feedback.reviews, 0) as reviews,
        feedback.average_rating,
        feedback.lowest_rating,
        coalesce(feedback.support_messages, 0) as support_messages,
        coalesce(feedback.support_messages_90d, 0) as support_messages_90d
    from population
    left join purchases using (as_of_date, customer_id)
    left join rhythm using (as_of_date, customer_id)
    left join categories using (as_of_date, customer_id)
    left join brands using (as_of_date, customer_id)
    left join visits using (as_of_date, customer_id)
    left join campaigns using (as_of_date, customer_id)
    left join feedback using (as_of_date, customer_id)
),

-- The gap that is running now, against the customer's own.
with_rhythm as (
    select
        joined.*,
        recency_days - mean_days_between_orders as days_overdue,
        {{ ratio('recency_days', 'mean_days_between_orders') }} as overdue_ratio
    from joined
)

select * from with_rhythm

-- What customers were shown in vain strictly before recommendations are told.
-- Grain: one row per purpose, customer and product with a showing in the last days that
-- led to nothing. A click on the product or a purchase of it clears what was before. A
-- visit counts for a person once it was known whose it is and all of it was received.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

recommendations as (
    select * from {{ ref('int_shown_recommendations') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    where customer_id is not null
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

known as (
    select
        dates.purpose,
        dates.as_of_date,
        dates.as_of_at,
        sessions.customer_id,
        recommendations.product_id,
        recommendations.shown_at,
        recommendations.clicked_at
    from recommendations
    inner join sessions on recommendations.session_id = sessions.session_id
    inner join dates
        on
            sessions.session_end_at < dates.as_of_at
            and {{ greatest_of([
                'sessions.identified_at', 'sessions.last_received_at'
            ]) }} < dates.as_of_at
),

bought as (
    select
        dates.purpose,
        purchases.customer_id,
        purchases.product_id,
        max(purchases.ordered_at) as bought_at
    from purchases
    inner join dates on purchases.identified_at < dates.as_of_at
    group by dates.purpose, purchases.customer_id, purchases.product_id
),

with_interest as (
    select
        known.*,
        max(known.clicked_at) over (
            partition by known.purpose, known.customer_id, known.product_id
        ) as last_clicked_at,
        bought.bought_at
    from known
    left join bought
        on
            known.purpose = bought.purpose
            and known.customer_id = bought.customer_id
            and known.product_id = bought.product_id
),

ignored as (
    select
        purpose,
        as_of_date,
        customer_id,
        product_id,
        count(*) as ignored_impressions
    from with_interest
    where
        shown_at >= {{ days_later(
            'as_of_at', '-' ~ var('recommendation_ignored_days')
        ) }}
        and coalesce(shown_at > last_clicked_at, true)
        and coalesce(shown_at > bought_at, true)
    group by purpose, as_of_date, customer_id, product_id
)

select * from ignored

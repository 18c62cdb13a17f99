-- What each customer bought within the horizon from the trial of recommenders on, and
-- kept until its end.
-- Grain: one row per customer and product; the window holds its first instant and not
-- its last.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
    where purpose = 'trial'
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

bought as (
    select distinct
        dates.as_of_date,
        purchases.customer_id,
        purchases.product_id
    from purchases
    inner join dates
        on
            purchases.ordered_at >= dates.as_of_at
            and purchases.ordered_at < dates.horizon_end_at
    where coalesce(purchases.taken_back_at >= dates.horizon_end_at, true)
)

select * from bought

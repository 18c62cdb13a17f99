-- What each customer had bought strictly before recommendations are told, how much it
-- still says of them, and whether it may be offered again.
-- Grain: one row per purpose, customer and product. A day of buying weighs half as much
-- every half-life; what came back was wanted too, but is not offered again until it is
-- bought again. Other goods are offered again when due by their repurchase interval.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

purchases as (
    select * from {{ ref('int_customer_purchases') }}
),

products as (
    select * from {{ ref('feat_products') }}
),

dated as (
    select
        dates.purpose,
        dates.as_of_date,
        purchases.customer_id,
        purchases.product_id,
        purchases.order_date,
        case when purchases.taken_back_at < dates.as_of_at then 1 else 0 end
            as is_taken_back,
        {{ day_difference('purchases.order_date', 'dates.as_of_date') }} - 1 as age_days
    from purchases
    inner join dates on purchases.identified_at < dates.as_of_at
),

bought as (
    select
        purpose,
        as_of_date,
        customer_id,
        product_id,
        count(*) as purchase_days,
        min(age_days) as days_since_last,
        min(case when is_taken_back = 0 then age_days end) as days_since_last_kept,
        sum({{ weight(
            'power(0.5, age_days / ' ~ var('recommendation_half_life_days') ~ 'e0)'
        ) }}) as interest
    from dated
    group by purpose, as_of_date, customer_id, product_id
),

told as (
    select
        bought.purpose,
        bought.as_of_date,
        bought.customer_id,
        bought.product_id,
        bought.purchase_days,
        bought.days_since_last,
        cast(bought.interest as double) as interest,
        products.repurchase_interval_days,
        coalesce(bought.days_since_last_kept > bought.days_since_last, true)
            as is_returned,
        coalesce(
            bought.days_since_last_kept = bought.days_since_last
            and bought.days_since_last + {{ var('repurchase_due_days') }}
            >= products.repurchase_interval_days,
            false
        ) as is_offerable,
        cast(row_number() over (
            partition by bought.purpose, bought.customer_id
            order by bought.interest desc, bought.product_id
        ) as bigint) as interest_rank
    from bought
    left join products
        on
            bought.purpose = products.purpose
            and bought.product_id = products.product_id
)

select * from told

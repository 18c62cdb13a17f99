-- For whom recommenders are tried: customers known at the trial who bought within its
-- horizon, of many a sample that stays the same.
-- Grain: one row per customer.
with

customers as (
    select * from {{ ref('feat_customer_segments') }}
    where purpose = 'trial'
),

bought as (
    select * from {{ ref('label_product_purchases') }}
),

buyers as (
    select
        customer_id,
        count(*) as products_bought
    from bought
    group by customer_id
),

known as (
    select
        customers.purpose,
        customers.as_of_date,
        customers.customer_id,
        customers.segment,
        customers.favourite_category,
        customers.customer_group,
        buyers.products_bought
    from customers
    inner join buyers on customers.customer_id = buyers.customer_id
),

drawn as (
    select
        known.*,
        row_number() over (
            order by md5(customer_id), customer_id
        ) as place
    from known
),

sampled as (
    select
        purpose,
        as_of_date,
        customer_id,
        segment,
        favourite_category,
        customer_group,
        products_bought
    from drawn
    where place <= {{ var('recommendation_trial_customers') }}
)

select * from sampled

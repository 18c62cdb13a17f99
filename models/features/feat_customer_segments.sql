-- Whom a customer is like, for offering what is popular among them.
-- Grain: one row per purpose and customer known before it. The segment is that of the
-- favourite category, of the country where nothing was bought yet, or everyone.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

customers as (
    select * from {{ ref('feat_customers') }}
),

told as (
    select
        dates.purpose,
        dates.as_of_date,
        customers.customer_id,
        customers.favourite_category,
        coalesce(
            'category: ' || customers.favourite_category,
            'country: ' || customers.country,
            'everyone'
        ) as segment,
        case customers.order_days
            when 0 then 'without_order'
            when 1 then 'one_order'
            else 'repeat'
        end as customer_group
    from customers
    inner join dates on customers.as_of_date = dates.as_of_date
)

select * from told

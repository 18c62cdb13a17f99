-- Whose purchases are foretold: every customer with an order before the latest
-- as_of_date.
-- Grain: one row per customer.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_latest
),

repeats as (
    select * from {{ ref('feat_customer_repeats') }}
),

selected as (
    select
        repeats.as_of_date,
        repeats.customer_id,
        repeats.frequency,
        repeats.recency,
        repeats.age as {{ adapter.quote('T') }},
        cast(repeats.monetary_value as double) as monetary_value
    from repeats
    inner join dates on repeats.as_of_date = dates.as_of_date
)

select * from selected

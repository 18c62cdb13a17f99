-- How often each customer is expected to buy again, and what that is worth. Empty until
-- the value model has run.
-- Grain: one row per customer with an order before as_of_date.
with

customer_value as (
    select * from {{ ref('pred_customer_value') }}
),

told as (
    select
        as_of_date,
        customer_id,
        frequency,
        recency,
        {{ adapter.quote('T') }} as t,
        monetary_value,
        probability_alive,
        expected_purchases_30d,
        expected_purchases_90d,
        expected_purchases_365d,
        expected_value_per_purchase,
        predicted_clv_30d,
        predicted_clv_90d,
        predicted_clv_365d,
        '{{ reporting_currency() }}' as currency,
        run_id
    from customer_value
)

select * from told

-- Purchases that the value model foretold for a time already over, from what was known
-- before it, beside those that were made. Empty until the value model has run.
-- Grain: one row per frequency before that time.
with

holdout as (
    select * from {{ ref('pred_customer_value_holdout') }}
),

told as (
    select
        as_of_date,
        holdout_days,
        frequency,
        frequency_label,
        customers,
        predicted_purchases,
        actual_purchases,
        {{ ratio('predicted_purchases', 'customers') }} as predicted_per_customer,
        {{ ratio('actual_purchases', 'customers') }} as actual_per_customer,
        run_id
    from holdout
)

select * from told

-- Where in their life as a customer everyone who ever bought stands: new, active, at
-- risk, lapsed or reactivated, by their own rhythm.
-- Grain: one row per customer, at the latest as_of_date; customer_lifecycle_history has
-- the earlier ones and how stages are told.
with

history as (
    select * from {{ ref('customer_lifecycle_history') }}
    where is_latest
),

told as (
    select
        as_of_date,
        customer_id,
        lifecycle_stage,
        previous_lifecycle_stage,
        orders,
        recency_days,
        usual_days_between_orders,
        at_risk_after_days,
        lapsed_after_days
    from history
)

select * from told

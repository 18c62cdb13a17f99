-- By how much a campaign would raise each customer's chance to buy within the outcome
-- window: whom to treat. Empty until a randomised campaign is over and the model has
-- run.
-- Grain: one row per customer.
with

uplift as (
    select * from {{ ref('pred_customer_uplift') }}
),

told as (
    select
        as_of_date,
        customer_id,
        uplift,
        percentile,
        decile,
        run_id
    from uplift
)

select * from told

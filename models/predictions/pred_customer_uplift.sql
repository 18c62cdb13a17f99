-- By how much a campaign would raise each customer's chance to buy, by the latest
-- successful run.
-- Grain: one row per customer.
with

runs as (
    select * from {{ ref('pred_latest_runs') }}
),

outputs as (
    select * from {{ source('ml', 'customer_uplift') }}
),

latest as (
    select outputs.*
    from outputs
    inner join runs on outputs.run_id = runs.run_id
)

select * from latest

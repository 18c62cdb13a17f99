-- Who was drawn into which arm of a campaign's experiment.
-- Grain: one row per campaign and customer.
with

assignments as (
    select * from {{ ref('stg_store__campaign_assignments') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

resolved as (
    select
        assignments.campaign_id,
        customer_ids.customer_id,
        assignments.arm,
        assignments.assigned_at,
        assignments.segment_id,
        assignments.export_id,
        assignments.score_decile
    from assignments
    inner join customer_ids
        on assignments.source_customer_id = customer_ids.source_customer_id
)

select * from resolved

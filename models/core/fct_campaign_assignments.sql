-- Who was drawn into which arm of a campaign's experiment.
-- Grain: one row per campaign and customer. Of several accounts of one person the first
-- drawn counts; is_in_several_arms says that the others were drawn elsewhere.
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
        assignments.score_decile,
        min(assignments.arm) over same_person
        <> max(assignments.arm) over same_person as is_in_several_arms
    from assignments
    inner join customer_ids
        on assignments.source_customer_id = customer_ids.source_customer_id
    window same_person as (
        partition by assignments.campaign_id, customer_ids.customer_id
    )
    qualify row_number() over (
        partition by assignments.campaign_id, customer_ids.customer_id
        order by assignments.assigned_at nulls last, assignments.source_customer_id
    ) = 1
)

select * from resolved

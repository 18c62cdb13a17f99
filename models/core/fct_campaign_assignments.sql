-- Who was drawn into which arm of a campaign's experiment, by an export or elsewhere.
-- Grain: one row per campaign and customer. Of several accounts of one person the first
-- drawn counts; is_in_several_arms says that the others were drawn elsewhere.
with

period as (
    select * from {{ ref('int_data_period') }}
),

customers as (
    select customer_id from {{ ref('dim_customers') }}
),

assignments as (
    select * from {{ ref('stg_store__campaign_assignments') }}
),

drawn_by_exports as (
    select * from {{ ref('stg_ops__campaign_assignments') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

merges as (
    select * from {{ ref('identity_merges') }}
),

drawn as (
    select
        assignments.campaign_id,
        customer_ids.customer_id,
        assignments.arm,
        cast(null as double) as planned_share,
        assignments.assigned_at,
        assignments.segment_id,
        assignments.export_id,
        assignments.score_decile,
        assignments.source_customer_id as drawn_as
    from assignments
    inner join customer_ids
        on assignments.source_customer_id = customer_ids.source_customer_id
    union all
    select
        drawn_by_exports.campaign_id,
        coalesce(merges.customer_id, drawn_by_exports.customer_id),
        drawn_by_exports.arm,
        drawn_by_exports.planned_share,
        drawn_by_exports.assigned_at,
        drawn_by_exports.segment_id,
        drawn_by_exports.export_id,
        drawn_by_exports.score_decile,
        drawn_by_exports.customer_id
    from drawn_by_exports
    inner join period on drawn_by_exports.assigned_at < period.as_of_at
    left join merges on drawn_by_exports.customer_id = merges.merged_customer_id
),

resolved as (
    select
        drawn.campaign_id,
        drawn.customer_id,
        drawn.arm,
        drawn.planned_share,
        drawn.assigned_at,
        drawn.segment_id,
        drawn.export_id,
        drawn.score_decile,
        min(drawn.arm) over same_person
        <> max(drawn.arm) over same_person as is_in_several_arms
    from drawn
    inner join customers on drawn.customer_id = customers.customer_id
    window same_person as (partition by drawn.campaign_id, drawn.customer_id)
    qualify row_number() over (
        partition by drawn.campaign_id, drawn.customer_id
        order by drawn.assigned_at nulls last, drawn.drawn_as
    ) = 1
)

select * from resolved

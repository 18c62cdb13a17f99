-- Whom exports drew into which arm of a campaign.
-- Grain: one row per campaign and customer, by the surrogate the customer had then; of
-- several draws the first.
with

source as (
    select * from {{ source('ops', 'campaign_assignments') }}
),

renamed as (
    select
        campaign_id,
        customer_id,
        lower(arm) as arm,
        planned_share,
        assigned_at,
        segment_id,
        export_id,
        score_decile
    from source
    where {{ happened_before_as_of_date('assigned_at') }}
),

first_drawn as (
    select * from renamed
    qualify row_number() over (
        partition by campaign_id, customer_id order by assigned_at, export_id
    ) = 1
)

select * from first_drawn

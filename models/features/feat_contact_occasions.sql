-- Instants at which campaigns contacted customers, and the one at which they could
-- next.
-- Grain: one row per contact_id: a contact with somebody known by then; whoever was
-- drawn into an arm of an experiment, when they were; or, to score, a customer known
-- before the latest as_of_at, as if contacted then by the type of campaign commonest
-- in the 90 days before. A shop that never contacted anyone has none to score.
with

period as (
    select * from {{ ref('int_data_period') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where
        touch_type in {{ campaign_contacts() }}
        and customer_id is not null
        and identified_at <= touched_at
),

assignments as (
    select * from {{ ref('fct_campaign_assignments') }}
),

contacts as (
    select
        touches.touch_id as contact_id,
        touches.customer_id,
        touches.touched_at as contacted_at,
        false as is_latest,
        false as is_assignment,
        touches.campaign_id,
        campaigns.campaign_type
    from touches
    inner join period on touches.touched_at < period.as_of_at
    left join campaigns on touches.campaign_id = campaigns.campaign_id
),

drawn as (
    select
        {{ assignment_id('assignments.campaign_id', 'assignments.customer_id') }}
            as contact_id,
        assignments.customer_id,
        assignments.assigned_at as contacted_at,
        false as is_latest,
        true as is_assignment,
        assignments.campaign_id,
        campaigns.campaign_type
    from assignments
    inner join period on assignments.assigned_at < period.as_of_at
    left join campaigns on assignments.campaign_id = campaigns.campaign_id
),

past as (
    select * from contacts
    union all
    select * from drawn
),

counted as (
    select
        past.campaign_type,
        count(case
            when past.contacted_at >= {{ days_later('period.as_of_at', -90) }} then 1
        end) as contacts_90d
    from past
    cross join period
    group by past.campaign_type
),

-- No row where nobody was ever contacted or drawn, no type where nobody was lately.
commonest as (
    select case when contacts_90d > 0 then campaign_type end as campaign_type
    from counted
    qualify row_number() over (
        order by
            case when campaign_type is null then 1 else 0 end,
            contacts_90d desc,
            campaign_type
    ) = 1
),

occasions as (
    select * from past
    union all
    select
        customers.customer_id as contact_id,
        customers.customer_id,
        period.as_of_at as contacted_at,
        true as is_latest,
        false as is_assignment,
        null as campaign_id,
        commonest.campaign_type
    from customers
    inner join period on customers.first_known_at < period.as_of_at
    cross join commonest
)

select * from occasions

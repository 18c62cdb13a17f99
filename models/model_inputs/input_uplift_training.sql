-- Customers of randomised campaigns as they were known when their arm was drawn, joined
-- to whether they then bought.
-- Grain: one row per campaign and customer, for the latest campaign with 200 customers
-- in either arm (else the latest) whose outcome windows have closed for everybody, and
-- for those whose windows had closed when it began.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_campaign_contacts') }}
    where is_assignment
),

outcomes as (
    select * from {{ ref('label_campaign_outcomes') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

campaigns as (
    select
        campaign_id,
        min(assigned_at) as began_at,
        max(window_end_at) as ended_at,
        count(case when arm = 'control' then 1 end) as controls,
        count(case when arm <> 'control' then 1 end) as treated,
        count(case when not is_window_closed then 1 end) as open_windows
    from outcomes
    group by campaign_id
),

closed as (
    select
        campaign_id,
        began_at,
        ended_at,
        coalesce(
            max(case
                when {{ least_of(['controls', 'treated']) }} >= 200 then began_at
            end) over (),
            max(began_at) over ()
        ) as last_began_at
    from campaigns
    where controls > 0 and treated > 0 and open_windows = 0
),

-- The latest campaign of some size judges: what happened while it ran must not teach.
eligible as (
    select campaign_id from closed
    where began_at = last_began_at or ended_at <= last_began_at
),

joined as (
    select
        period.as_of_date,
        outcomes.campaign_id,
        outcomes.customer_id,
        outcomes.assigned_at,
        case when outcomes.arm = 'control' then 0 else 1 end as is_treated,
        {{ feature_columns('contact') }},
        case when outcomes.is_converted then 1 else 0 end as label
    from outcomes
    inner join eligible on outcomes.campaign_id = eligible.campaign_id
    inner join features
        on
            outcomes.campaign_id = features.campaign_id
            and outcomes.customer_id = features.customer_id
    cross join period
)

select * from joined

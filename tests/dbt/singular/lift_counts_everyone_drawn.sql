-- Campaigns whose arms do not add up to those drawn before as_of_date, or whose orders
-- in the window to what those customers ordered.
{{ config(group='experiments') }}
with

period as (
    select * from {{ ref('int_data_period') }}
),

drawn as (
    select
        assignments.campaign_id,
        count(*) as customers
    from {{ ref('fct_campaign_assignments') }} as assignments
    inner join period on assignments.assigned_at < period.as_of_at
    group by assignments.campaign_id
),

totals as (
    select
        campaign_id,
        sum(customers) as customers,
        sum(total) as revenue
    from {{ ref('arm_totals') }}
    where dimension = 'everyone' and metric = 'revenue_per_customer'
    group by campaign_id
),

outcomes as (
    select
        campaign_id,
        sum(revenue) as revenue
    from {{ ref('label_campaign_outcomes') }}
    group by campaign_id
)

select
    coalesce(drawn.campaign_id, totals.campaign_id) as campaign_id,
    drawn.customers as customers_drawn,
    totals.customers,
    totals.revenue,
    outcomes.revenue as revenue_expected
from drawn
full outer join totals on drawn.campaign_id = totals.campaign_id
left join outcomes on drawn.campaign_id = outcomes.campaign_id
where
    drawn.campaign_id is null
    or totals.campaign_id is null
    or drawn.customers <> totals.customers
    or totals.revenue <> outcomes.revenue

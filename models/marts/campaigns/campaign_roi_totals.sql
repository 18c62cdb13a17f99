-- What each campaign cost and brought over all days.
-- Grain: one row per campaign, channel and attribution model. All date bases have the
-- same totals; the conversion basis is summed. A campaign whose margin covers all that
-- was spent on it paid back on the first day of spend or after by whose end it did.
{{ config(materialized='view') }}
with

daily as (
    select * from {{ ref('campaign_roi') }}
    where date_basis = 'conversion'
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

running as (
    select
        daily.*,
        sum(attributed_margin) over (
            partition by campaign_id, channel_group, attribution_model
            order by date_day
            rows between unbounded preceding and current row
        ) as margin_so_far,
        sum(attributed_margin) over whole as whole_margin,
        sum(spend) over whole as whole_spend,
        min(case when spend > 0 then date_day end) over whole as first_spend_date
    from daily
    window whole as (partition by campaign_id, channel_group, attribution_model)
),

summed as (
    select
        campaign_id,
        channel_group,
        attribution_model,
        {{ campaign_sums() }},
        min(first_spend_date) as first_spend_date,
        min(case
            when
                whole_margin >= whole_spend
                and margin_so_far >= whole_spend
                and date_day >= first_spend_date
                then date_day
        end) as payback_date
    from running
    group by campaign_id, channel_group, attribution_model
),

with_ratios as (
    select
        summed.*,
        {{ day_difference('summed.first_spend_date', 'summed.payback_date') }}
            as payback_days,
        campaigns.campaign_name,
        '{{ reporting_currency() }}' as currency,
        {{ campaign_ratios() }}
    from summed
    left join campaigns on summed.campaign_id = campaigns.campaign_id
)

select * from with_ratios

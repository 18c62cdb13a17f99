-- What a week's spend on each channel brings, from nothing to twice what the channel
-- cost at most: what the budget plan goes by. Empty until the model has run.
-- Grain: one row per channel and step, a twentieth of the way. Intervals are of 90 %,
-- over the draws of the bootstrap. Spend is taken to have been so for long: what
-- carries over from week to week has evened out.
{%- set steps = 20 %}
with

curves as (
    select * from {{ ref('pred_response_curves') }}
),

channels as (
    select * from {{ ref('pred_media_channels') }}
),

weeks as (
    select * from {{ ref('feat_channel_weeks') }}
),

current_spend as (
    select * from {{ ref('input_channel_weeks_scoring') }}
),

observed as (
    select
        channel_group,
        max(spend) as most_spend
    from weeks
    group by channel_group
),

steps as (
    select {{ numbers_to(steps) }} as step
),

priced as (
    select
        curves.channel_group,
        curves.draw,
        steps.step,
        2 * cast(observed.most_spend as double) * steps.step / {{ steps }} as spend,
        curves.coefficient,
        curves.half_saturation
    from curves
    inner join observed on curves.channel_group = observed.channel_group
    cross join steps
),

valued as (
    select
        channel_group,
        draw,
        step,
        spend,
        coefficient * spend / (spend + half_saturation) as revenue,
        coefficient * half_saturation / power(spend + half_saturation, 2)
            as marginal_revenue
    from priced
),

summed as (
    select
        channel_group,
        step,
        max(spend) as spend,
        max(case when draw = 0 then revenue end) as revenue,
        max(case when draw = 0 then marginal_revenue end) as marginal_revenue,
        {{ value_at_share('case when draw > 0 then revenue end', 0.05) }}
            as revenue_ci_low,
        {{ value_at_share('case when draw > 0 then revenue end', 0.95) }}
            as revenue_ci_high
    from valued
    group by channel_group, step
),

told as (
    select
        summed.channel_group,
        cast(summed.step as bigint) as step,
        summed.spend,
        summed.revenue,
        summed.revenue_ci_low,
        summed.revenue_ci_high,
        summed.marginal_revenue,
        current_spend.spend as current_spend,
        channels.roas,
        channels.roas_ci_low,
        channels.roas_ci_high,
        channels.status,
        channels.reason,
        channels.run_id,
        '{{ reporting_currency() }}' as currency
    from summed
    inner join channels on summed.channel_group = channels.channel_group
    left join current_spend on summed.channel_group = current_spend.channel_group
)

select * from told

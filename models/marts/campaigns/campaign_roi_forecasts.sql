-- What planned campaigns are foretold to return.
-- Grain: one row per campaign that starts on as_of_date or later. Where too few
-- campaigns are over, `status` says so and nothing is foretold.
with

campaigns as (
    select * from {{ ref('feat_campaigns') }}
    where is_planned
),

described as (
    select * from {{ ref('dim_campaigns') }}
),

forecasts as (
    select * from {{ ref('pred_campaign_roi_forecasts') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

told as (
    select
        period.as_of_date,
        campaigns.campaign_id,
        described.campaign_name,
        campaigns.campaign_type,
        campaigns.channel_group,
        campaigns.starts_on,
        campaigns.ends_on,
        campaigns.budget,
        forecasts.predicted_roi,
        forecasts.ci_low,
        forecasts.ci_high,
        {{ rounded_money('forecasts.predicted_profit') }} as predicted_profit,
        forecasts.candidate as predicted_by,
        case
            when forecasts.campaign_id is not null then 'predicted'
            else 'too few past campaigns'
        end as status,
        forecasts.run_id,
        '{{ reporting_currency() }}' as currency
    from campaigns
    inner join described on campaigns.campaign_id = described.campaign_id
    cross join period
    left join forecasts
        on
            campaigns.campaign_id = forecasts.campaign_id
            and forecasts.as_of_date = period.as_of_date
)

select * from told

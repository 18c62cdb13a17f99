-- What each campaign changed, by intention to treat: everyone drawn into an arm counts,
-- whether or not the campaign reached them.
-- Grain: one row per campaign, arm other than control, and metric. A campaign that drew
-- no arms has one arm, `(everyone)`, of those it contacted, and says that it was not
-- randomised: nobody can tell what they would have done without it.
{%- set unknown = [
    'control_customers', 'value', 'control_value', 'absolute_lift', 'relative_lift',
    'ci_low', 'ci_high', 'p_value', 'adjusted_p_value', 'cuped_lift', 'cuped_ci_low',
    'cuped_ci_high', 'cuped_p_value', 'minimum_detectable_effect', 'srm_p_value',
    'incremental_revenue', 'incremental_roi',
] %}
with

lifts as (
    select * from {{ ref('campaign_lift_groups') }}
    where dimension = 'everyone'
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where touch_type in {{ campaign_contacts() }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

contacted as (
    select
        touches.campaign_id,
        count(distinct touches.customer_id) as customers
    from touches
    inner join period on touches.touched_at < period.as_of_at
    group by touches.campaign_id
),

not_randomised as (
    select
        campaigns.campaign_id,
        coalesce(contacted.customers, 0) as customers
    from campaigns
    inner join period
        on coalesce(campaigns.starts_on, period.first_date) < period.as_of_date
    left join contacted on campaigns.campaign_id = contacted.campaign_id
    left join lifts on campaigns.campaign_id = lifts.campaign_id
    where lifts.campaign_id is null
),

told as (
    select
        campaign_id,
        arm,
        metric,
        customers,
        {%- for column in unknown %}
        {{ column }},
        {%- endfor %}
        verdict,
        '{{ reporting_currency() }}' as currency
    from lifts
    {%- for metric in lift_metrics() %}
    union all
    select
        campaign_id,
        '(everyone)',
        '{{ metric }}',
        customers,
        {%- for column in unknown %}
        null,
        {%- endfor %}
        'not randomised',
        '{{ reporting_currency() }}'
    from not_randomised
    {%- endfor %}
)

select * from told

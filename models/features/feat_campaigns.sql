-- What was known of a campaign before it began.
-- Grain: one row per campaign with a first day. Told as of that day, or, of campaigns
-- that have yet to begin, as of the latest as_of_date: what was spent and sold strictly
-- before it, with refunds on the day they were made. Returns are by the attribution
-- model of `forecast_attribution_model`, which credits an order by its own path.
{%- set model = var('forecast_attribution_model') %}
{%- if model not in attribution_models() or model in ['markov', 'shapley'] %}
    {{- exceptions.raise_compiler_error(
        "The variable forecast_attribution_model is " ~ model ~ ". Take a model that "
        ~ "credits an order by its own path, such as last_non_direct_touch."
    ) }}
{%- endif %}
with

campaigns as (
    select * from {{ ref('dim_campaigns') }}
    where starts_on is not null
),

days as (
    select * from {{ ref('campaign_days') }}
    where attribution_model = '{{ model }}' and date_basis = 'refund'
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

dated as (
    select
        campaigns.*,
        {{ least_of(['campaigns.starts_on', 'period.as_of_date']) }} as known_on,
        {{ least_of(['campaigns.starts_on', 'period.last_date']) }} as rate_date,
        campaigns.starts_on >= period.as_of_date as is_planned,
        period.as_of_date
    from campaigns
    cross join period
),

earlier as (
    select
        dated.campaign_id,
        {{ day_difference('days.date_day', 'dated.known_on') }} as days_before,
        days.channel_group = dated.channel_group as is_of_channel,
        days.spend,
        days.attributed_revenue as revenue,
        days.attributed_margin as margin
    from dated
    inner join days on days.date_day < dated.known_on
),

before as (
    select
        campaign_id,
        sum(spend) as spend,
        sum(revenue) as revenue,
        sum(case when days_before <= 28 then revenue end) as net_sales_28d
        {%- for window in [28, 365] %}
        {%- for amount in ['spend', 'margin'] %},
        sum(case
            when is_of_channel and days_before <= {{ window }} then {{ amount }}
        end) as channel_{{ amount }}_{{ window }}d
        {%- endfor %}
        {%- endfor %}
    from earlier
    group by campaign_id
),

told as (
    select
        dated.campaign_id,
        dated.campaign_type,
        dated.platform,
        dated.objective,
        dated.channel_group,
        dated.starts_on,
        dated.ends_on,
        dated.known_on,
        dated.is_planned,
        {{ day_difference('dated.starts_on', 'dated.ends_on') }} + 1 as duration_days,
        {{ rounded_money('dated.budget * rates.rate') }} as budget,
        sin(2 * pi() * extract(month from dated.starts_on) / 12) as month_sine,
        cos(2 * pi() * extract(month from dated.starts_on) / 12) as month_cosine,
        coalesce(before.net_sales_28d, 0) as net_sales_28d,
        {{ ratio('before.spend', 'before.revenue') }} as spend_share,
        {%- for days_before in [28, 365] %}
        {{ ratio(
            'coalesce(before.channel_margin_' ~ days_before ~ 'd, 0)'
            ~ ' - before.channel_spend_' ~ days_before ~ 'd',
            'before.channel_spend_' ~ days_before ~ 'd'
        ) }} as channel_roi_{{ days_before }}d,
        {%- endfor %}
        coalesce(before.channel_spend_28d, 0) as channel_spend_28d
    from dated
    left join before on dated.campaign_id = before.campaign_id
    left join rates
        on
            dated.budget_currency = rates.currency
            and dated.rate_date = rates.date_day
)

select * from told

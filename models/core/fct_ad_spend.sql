-- What campaigns showed and cost, in the reporting currency.
-- Grain: one row per day, platform and campaign.
with

spend as (
    select * from {{ ref('stg_store__ad_spend') }}
),

rates as (
    select * from {{ ref('int_exchange_rates') }}
),

converted as (
    select
        spend.date_day,
        spend.platform,
        spend.campaign_id,
        spend.impressions,
        spend.clicks,
        {{ rounded_money('spend.spend * rates.rate') }} as spend,
        '{{ reporting_currency() }}' as currency
    from spend
    left join rates
        on spend.currency = rates.currency and spend.date_day = rates.date_day
)

select * from converted

-- What came of recommendations that were shown, by algorithm, over all days and
-- positions.
-- Grain: one row per algorithm.
with

performance as (
    select * from {{ ref('recommendation_performance') }}
),

summed as (
    select
        algorithm,
        min(date_day) as first_date,
        max(date_day) as last_date,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(conversions) as bigint) as conversions,
        {{ money('sum(revenue)') }} as revenue,
        currency
    from performance
    group by algorithm, currency
),

told as (
    select
        summed.*,
        {{ ratio('clicks', 'impressions') }} as click_through_rate,
        {{ wilson_bound('cast(clicks as double) / impressions', 'impressions', '-') }}
            as click_through_rate_ci_low,
        {{ wilson_bound('cast(clicks as double) / impressions', 'impressions', '+') }}
            as click_through_rate_ci_high,
        {{ ratio('conversions', 'clicks') }} as conversion_rate,
        {{ ratio('revenue', 'impressions') }} as revenue_per_impression
    from summed
)

select * from told

-- Recency, frequency and money of every customer who ever bought, each scored from 1 to
-- 5 (5 is best), and the segment the scores name.
-- Grain: one row per as_of_date and customer. A score counts the thresholds that a
-- value passes, so equal values always get equal scores. Money is net of refunds known
-- by then.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest and orders > 0
),

thresholds as (
    select * from {{ ref('rfm_thresholds') }}
),

segments as (
    select * from {{ ref('rfm_segments') }}
),

measured as (
    select
        as_of_date,
        customer_id,
        cast(recency_days as bigint) as recency_days,
        cast(orders as bigint) as frequency,
        net_sales as monetary
    from features
),

scored as (
    select
        measured.as_of_date,
        measured.customer_id,
        measured.recency_days,
        measured.frequency,
        measured.monetary,
        5 - count(case
            when thresholds.metric = 'recency_days'
                and measured.recency_days > thresholds.threshold
                then 1
        end) as r_score,
        1 + count(case
            when thresholds.metric = 'frequency'
                and measured.frequency > thresholds.threshold
                then 1
        end) as f_score,
        1 + count(case
            when thresholds.metric = 'monetary'
                and cast(measured.monetary as double) > thresholds.threshold
                then 1
        end) as m_score
    from measured
    inner join thresholds on measured.as_of_date = thresholds.as_of_date
    group by
        measured.as_of_date, measured.customer_id, measured.recency_days,
        measured.frequency, measured.monetary
),

named as (
    select
        scored.as_of_date,
        scored.customer_id,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        '{{ reporting_currency() }}' as currency,
        scored.r_score,
        scored.f_score,
        scored.m_score,
        cast(scored.r_score as varchar)
        || cast(scored.f_score as varchar)
        || cast(scored.m_score as varchar) as rfm_score,
        segments.rfm_segment
    from scored
    inner join segments
        on
            scored.r_score = segments.r_score
            and scored.f_score = segments.f_score
            and scored.m_score = segments.m_score
)

select * from named

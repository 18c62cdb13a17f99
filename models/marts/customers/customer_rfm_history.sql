-- Recency, frequency and money of every customer who had bought by then, each scored
-- from 1 to 5 (5 is best), and the segment the scores name, month by month.
-- Grain: one row per as_of_date and customer. A score counts the thresholds that a
-- value passes, so equal values always get equal scores. Money is net of refunds known
-- by then.
with

features as (
    select * from {{ ref('feat_customers') }}
    where orders > 0
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
        is_latest,
        customer_id,
        cast(recency_days as bigint) as recency_days,
        cast(orders as bigint) as frequency,
        net_sales as monetary
    from features
),

limits as (
    select
        as_of_date
        {%- for metric in ['recency_days', 'frequency', 'monetary'] %}
        {%- for number in [1, 2, 3, 4] %},
        max(case
            when metric = '{{ metric }}' and threshold_number = {{ number }}
                then threshold
        end) as {{ metric }}_{{ number }}
        {%- endfor %}
        {%- endfor %}
    from thresholds
    group by as_of_date
),

scored as (
    select
        measured.*,
        5
        {%- for number in [1, 2, 3, 4] %}
        - case when recency_days > recency_days_{{ number }} then 1 else 0 end
        {%- endfor %} as r_score,
        1
        {%- for number in [1, 2, 3, 4] %}
        + case when frequency > frequency_{{ number }} then 1 else 0 end
        {%- endfor %} as f_score,
        1
        {%- for number in [1, 2, 3, 4] %}
        + case
            when cast(monetary as double) > monetary_{{ number }} then 1 else 0
        end
        {%- endfor %} as m_score
    from measured
    inner join limits on measured.as_of_date = limits.as_of_date
),

named as (
    select
        scored.as_of_date,
        scored.is_latest,
        scored.customer_id,
        scored.recency_days,
        scored.frequency,
        scored.monetary,
        '{{ reporting_currency() }}' as currency,
        cast(scored.r_score as bigint) as r_score,
        cast(scored.f_score as bigint) as f_score,
        cast(scored.m_score as bigint) as m_score,
        cast(scored.r_score as string)
        || cast(scored.f_score as string)
        || cast(scored.m_score as string) as rfm_score,
        segments.rfm_segment
    from scored
    inner join segments
        on
            scored.r_score = segments.r_score
            and scored.f_score = segments.f_score
            and scored.m_score = segments.m_score
),

-- Who has bought once has bought at every later date, so the row before is of the date
-- before.
with_previous as (
    select
        named.*,
        lag(rfm_segment) over (partition by customer_id order by as_of_date)
            as previous_rfm_segment
    from named
)

select * from with_previous

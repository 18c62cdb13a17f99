-- Recency, frequency and money of every customer who ever bought, each scored from 1 to
-- 5 (5 is best), and the segment the scores name.
-- Grain: one row per customer, at the latest as_of_date; customer_rfm_history has the
-- earlier ones.
with

history as (
    select * from {{ ref('customer_rfm_history') }}
    where is_latest
),

told as (
    select
        as_of_date,
        customer_id,
        recency_days,
        frequency,
        monetary,
        currency,
        r_score,
        f_score,
        m_score,
        rfm_score,
        rfm_segment,
        previous_rfm_segment
    from history
)

select * from told

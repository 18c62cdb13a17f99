-- The fifth of active customers most likely to stay away, of those who spent most:
-- worth keeping. Empty until scoring has run.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Likely to churn and worth keeping',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0.1,
}) }}
with

scores as (
    select * from {{ ref('customer_scores') }}
),

rfm as (
    select * from {{ ref('customer_rfm') }}
),

members as (
    select
        scores.as_of_date,
        scores.customer_id,
        coalesce(scores.reason_1, 'likely to stay away') as reason
    from scores
    inner join rfm on scores.customer_id = rfm.customer_id
    where scores.model_name = 'churn' and scores.decile >= 9 and rfm.m_score >= 4
)

select * from members

-- Customers who are lost by their own rhythm, and whom it would be good to have back.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Win back',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'monthly',
    'control_share': 0.1,
}) }}
with

lifecycle as (
    select * from {{ ref('customer_lifecycle') }}
),

rfm as (
    select * from {{ ref('customer_rfm') }}
),

members as (
    select
        lifecycle.as_of_date,
        lifecycle.customer_id,
        'orders so far: ' || cast(lifecycle.orders as string) || ', the last '
        || cast(lifecycle.recency_days as string) || ' days ago' as reason
    from lifecycle
    inner join rfm on lifecycle.customer_id = rfm.customer_id
    where lifecycle.lifecycle_stage = 'lapsed' and rfm.m_score >= 3
)

select * from members

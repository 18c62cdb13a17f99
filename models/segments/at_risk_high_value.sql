-- Customers who used to buy often and for much, and have not for a while.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'At risk with high value',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0.1,
}) }}
with

rfm as (
    select * from {{ ref('customer_rfm') }}
),

members as (
    select
        as_of_date,
        customer_id,
        'ordered ' || cast(frequency as string) || ' times, but not for '
        || cast(recency_days as string) || ' days' as reason
    from rfm
    where rfm_segment in ('At risk', 'Cannot lose them') and m_score >= 4
)

select * from members

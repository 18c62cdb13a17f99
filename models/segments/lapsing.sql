-- Customers who are overdue by their own rhythm, and may be lost.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Lapsing',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0.1,
}) }}
with

lifecycle as (
    select * from {{ ref('customer_lifecycle') }}
),

members as (
    select
        as_of_date,
        customer_id,
        'orders about every '
        || cast(cast(round(usual_days_between_orders) as bigint) as string)
        || ' days, last ' || cast(recency_days as string) || ' days ago' as reason
    from lifecycle
    where lifecycle_stage = 'at_risk'
)

select * from members

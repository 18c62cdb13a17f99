-- Customers whose first order was one to three months ago and who have not come back.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'New without a second order',
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
        'first order ' || cast(recency_days as string) || ' days ago, none since'
            as reason
    from rfm
    where frequency = 1 and recency_days between 30 and 90
)

select * from members

-- Customers who buy often, lately and much.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Champions',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'monthly',
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
        'ordered ' || cast(frequency as string) || ' times, last '
        || cast(recency_days as string) || ' days ago' as reason
    from rfm
    where rfm_segment = 'Champions'
)

select * from members

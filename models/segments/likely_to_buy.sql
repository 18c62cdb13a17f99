-- The tenth of customers most likely to buy within the next month, and what speaks for
-- each. Empty until scoring has run.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'Likely to buy this month',
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

members as (
    select
        as_of_date,
        customer_id,
        reason_1 as reason
    from scores
    where model_name = 'purchase' and decile = 10
)

select * from members

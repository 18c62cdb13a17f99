-- The tenth of customers whom a campaign moves most to buy, where it moves them at all.
-- Empty until a randomised campaign is over and the model has run.
-- Grain: one row per customer.
{{ config(meta={
    'title': 'High uplift',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0.1,
}) }}
with

uplift as (
    select * from {{ ref('customer_uplift') }}
),

members as (
    select
        as_of_date,
        customer_id,
        'a campaign raises the chance to buy by '
        || cast({{ as_decimal('100 * uplift', 9, 1) }} as string) || ' points' as reason
    from uplift
    where decile = 10 and uplift > 0
)

select * from members

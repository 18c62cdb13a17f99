-- Purpose: consents, as far as the exports date them. The customers export says only
-- what holds now, so a consent counts where an order of the same e-mail accepted
-- marketing too, from that order on: perhaps too early, so that a denial from anywhere
-- after it wins. A refusal is dated as late as the files know of anything.
-- Grain: one row per customer, channel and moment.

with

orders as (
    select distinct
        lower(trim(email)) as email,
        ordered_at,
        accepts_marketing,
        greatest(last_seen_at, cancelled_at) as last_seen_at,
    from accepted_orders
),

known_until as (
    select max(last_seen_at) as known_until from orders
),

granted as (
    select distinct
        customers.customer_id,
        'email' as channel,
        orders.ordered_at as changed_at,
        'granted' as state,
        'checkout' as source,
    from accepted_customers as customers
    inner join orders on lower(trim(customers.email)) = orders.email
    where customers.accepts_email and orders.accepts_marketing
),

refusals as (
    select customer_id, 'email' as channel from accepted_customers
    where not accepts_email
    union
    select customer_id, 'sms' as channel from accepted_customers
    where not accepts_sms
),

denied as (
    select
        refusals.customer_id,
        refusals.channel,
        known_until.known_until as changed_at,
        'denied' as state,
        'customers export' as source,
    from refusals
    inner join known_until on known_until.known_until is not null
),

states as (
    select * from granted
    union all
    select * from denied
)

select
    *,
    'marketing' as purpose,
from states

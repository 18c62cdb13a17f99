-- People the shop knows: registered customers, and guests known by e-mail or phone
-- pseudonym.
-- Grain: one row per customer. Of several accounts the attributes are those of the one
-- linked first that the customers table has, registered_at is the earliest.
with

customers as (
    select * from {{ ref('stg_store__customers') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

orders as (
    select * from {{ ref('int_orders') }}
    where customer_id is not null
),

visitors as (
    select * from {{ ref('identity_visitors') }}
),

first_orders as (
    select
        customer_id,
        min(ordered_at) as first_ordered_at
    from orders
    group by customer_id
),

first_sightings as (
    select
        customer_id,
        min(identified_at) as first_identified_at
    from visitors
    group by customer_id
),

registered as (
    select
        customer_ids.customer_id,
        false as is_guest,
        customers.gender,
        customers.birth_date,
        customers.country,
        customers.city,
        customers.membership_tier,
        min(customers.registered_at) over same_person as registered_at,
        min(customer_ids.linked_at) over same_person as account_known_at
    from customer_ids
    left join customers
        on customer_ids.source_customer_id = customers.source_customer_id
    window same_person as (partition by customer_ids.customer_id)
    qualify row_number() over (
        partition by customer_ids.customer_id
        order by
            case when customers.source_customer_id is null then 1 else 0 end,
            customer_ids.linked_at,
            customer_ids.source_customer_id
    ) = 1
),

guests as (
    select distinct
        orders.customer_id,
        true as is_guest
    from orders
    left join customer_ids on orders.customer_id = customer_ids.customer_id
    where customer_ids.customer_id is null
),

everyone as (
    select * from registered
    union all
    select customer_id, is_guest, null, null, null, null, null, null, null from guests
),

known as (
    select
        everyone.customer_id,
        everyone.is_guest,
        everyone.gender,
        cast(extract(year from everyone.birth_date) as bigint) as birth_year,
        everyone.country,
        everyone.city,
        everyone.membership_tier,
        everyone.registered_at,
        everyone.account_known_at,
        {{ least_of([
            'everyone.registered_at',
            'first_orders.first_ordered_at',
            'first_sightings.first_identified_at',
        ]) }} as first_known_at
    from everyone
    left join first_orders on everyone.customer_id = first_orders.customer_id
    left join first_sightings on everyone.customer_id = first_sightings.customer_id
)

select * from known

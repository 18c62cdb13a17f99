-- Whom an e-mail pseudonym belongs to.
-- Grain: one row per email_key. The registered customer who alone holds it; a guest of
-- its own where no registered customer does, or where several share it and it therefore
-- points at nobody of them.
with

customers as (
    select customer_id, email_key from {{ source('store', 'customers') }}
),

orders as (
    select email_key from {{ source('store', 'orders') }}
    where customer_id is null
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

holders as (
    select
        customers.email_key,
        min(customer_ids.customer_id) as customer_id,
        count(distinct customer_ids.customer_id) as customers
    from customers
    inner join customer_ids
        on customers.customer_id = customer_ids.source_customer_id
    where customers.email_key is not null
    group by customers.email_key
),

keys as (
    select email_key from holders
    union
    select email_key from orders where email_key is not null
),

owners as (
    select
        keys.email_key,
        coalesce(
            case when holders.customers = 1 then holders.customer_id end,
            md5('guest:' || keys.email_key)
        ) as customer_id,
        coalesce(holders.customers, 0) <> 1 as is_guest
    from keys
    left join holders on keys.email_key = holders.email_key
)

select * from owners

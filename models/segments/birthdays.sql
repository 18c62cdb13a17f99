-- Customers whose birthday is within the next four weeks, the as_of_date included.
-- Grain: one row per customer. Of several accounts the one linked first that tells a
-- birth date counts. Who was born on a 29th of February has it on the 28th in other
-- years. The coming birthday is a field of the mail; the year of birth stays out.
{{ config(meta={
    'title': 'Birthdays',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0.1,
}) }}
with

period as (
    select * from {{ ref('int_data_period') }}
),

customers as (
    select * from {{ ref('stg_store__customers') }}
    where birth_date is not null
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

born as (
    select
        customer_ids.customer_id,
        customers.birth_date,
        period.as_of_date,
        cast(
            extract(year from period.as_of_date)
            - extract(year from customers.birth_date) as integer
        ) as years
    from customers
    inner join customer_ids
        on customers.source_customer_id = customer_ids.source_customer_id
    inner join period on customers.birth_date < period.as_of_date
    qualify row_number() over (
        partition by customer_ids.customer_id
        order by customer_ids.linked_at, customer_ids.source_customer_id
    ) = 1
),

birthdays as (
    select
        as_of_date,
        customer_id,
        {{ years_later('birth_date', 'years') }} as this_year,
        {{ years_later('birth_date', 'years + 1') }} as next_year
    from born
),

coming as (
    select
        as_of_date,
        customer_id,
        case when this_year >= as_of_date then this_year else next_year end
            as birthday_date
    from birthdays
),

members as (
    select
        as_of_date,
        customer_id,
        'birthday on ' || cast(birthday_date as string) as reason,
        birthday_date
    from coming
    where {{ day_difference('as_of_date', 'birthday_date') }} < 28
)

select * from members

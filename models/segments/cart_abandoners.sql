-- Customers who left something in the cart within two weeks and have ordered nothing
-- since.
-- Grain: one row per customer, told of the cart they left last.
{{ config(meta={
    'title': 'Cart abandoners',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'daily',
    'control_share': 0.1,
}) }}
with

period as (
    select * from {{ ref('int_data_period') }}
),

carts as (
    select * from {{ ref('cart_abandonment') }}
    where customer_id is not null and not is_recovered
),

last_orders as (
    select
        customer_id,
        max(ordered_at) as last_ordered_at
    from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
    group by customer_id
),

left_lately as (
    select
        carts.*,
        period.as_of_date
    from carts
    inner join period
        on {{ day_difference('carts.abandoned_date', 'period.as_of_date') }} <= 14
),

members as (
    select
        left_lately.as_of_date,
        left_lately.customer_id,
        'left a cart worth '
        || cast({{ as_decimal('left_lately.cart_value', 18, 2) }} as string) || ' '
        || left_lately.currency || ' on '
        || cast(left_lately.abandoned_date as string) as reason
    from left_lately
    left join last_orders on left_lately.customer_id = last_orders.customer_id
    where coalesce(last_orders.last_ordered_at < left_lately.opened_at, true)
    qualify row_number() over (
        partition by left_lately.customer_id
        order by left_lately.abandoned_at desc, left_lately.cart_id
    ) = 1
)

select * from members

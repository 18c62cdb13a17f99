-- Customers whose days with a counted order before as_of_date are not their first and
-- the repeats, or whose first and last order are not as far apart as told.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_latest
),

ordered as (
    select
        orders.customer_id,
        count(distinct orders.order_date) as purchase_days,
        min(orders.order_date) as first_order_date,
        max(orders.order_date) as last_order_date
    from {{ ref('fct_orders') }} as orders
    inner join dates on orders.identified_at < dates.as_of_at
    where orders.is_counted and orders.customer_id is not null
    group by orders.customer_id
),

repeats as (
    select repeats.*
    from {{ ref('feat_customer_repeats') }} as repeats
    inner join dates on repeats.as_of_date = dates.as_of_date
)

select
    coalesce(ordered.customer_id, repeats.customer_id) as customer_id,
    ordered.purchase_days,
    repeats.frequency
from ordered
full outer join repeats on ordered.customer_id = repeats.customer_id
where
    ordered.customer_id is null
    or repeats.customer_id is null
    or ordered.purchase_days <> repeats.frequency + 1
    or abs(
        {{ day_difference('ordered.first_order_date', 'ordered.last_order_date') }}
        - 7 * repeats.recency
    ) > 0.001
    or repeats.recency > repeats.age

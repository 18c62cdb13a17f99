-- How regularly each customer had ordered strictly before an as_of_date.
-- Grain: one row per as_of_date and customer with two counted orders before it. An
-- order counts for a person once it was known whose it is, so the gaps between the
-- orders of one date need not be those of another.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

gaps as (
    select
        dates.as_of_date,
        orders.customer_id,
        cast(1000 * {{ elapsed_seconds(
            'lag(orders.ordered_at) over persons_orders', 'orders.ordered_at'
        ) }} as decimal(19, 0)) as gap_ms,
        lead(orders.order_id) over persons_orders is null as is_last
    from orders
    inner join dates on orders.identified_at < dates.as_of_at
    window persons_orders as (
        partition by dates.as_of_date, orders.customer_id
        order by orders.ordered_at, orders.order_id
    )
),

summed as (
    select
        as_of_date,
        customer_id,
        cast(count(gap_ms) as decimal(6, 0)) as gaps,
        cast(sum(gap_ms) as decimal(19, 0)) as sum_ms,
        cast(sum(gap_ms * gap_ms) as decimal(32, 0)) as squares_ms,
        max(case when is_last then gap_ms end) as last_ms
    from gaps
    group by as_of_date, customer_id
    having count(gap_ms) > 0
),

-- Exact up to here, so that gaps that are all alike deviate by nothing.
told as (
    select
        as_of_date,
        customer_id,
        {{ ratio('sum_ms', 'gaps') }} / 86400000 as mean_days_between_orders,
        sqrt({{ ratio('gaps * squares_ms - sum_ms * sum_ms', 'gaps * (gaps - 1)') }})
        / 86400000 as stddev_days_between_orders,
        cast(last_ms as double) / 86400000 as last_days_between_orders
    from summed
)

select * from told

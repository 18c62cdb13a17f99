-- How regularly each customer had ordered strictly before an as_of_date.
-- Grain: one row per as_of_date and customer with a counted order before it. Orders of
-- one day are one purchase: invoices split within minutes are no rhythm. A day counts
-- for a person once one of its orders was known to be theirs, so the gaps between the
-- days of one date need not be those of another.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

purchase_days as (
    select
        customer_id,
        order_date,
        min(identified_at) as known_at
    from orders
    group by customer_id, order_date
),

gaps as (
    select
        dates.as_of_date,
        purchase_days.customer_id,
        {{ day_difference(
            'lag(purchase_days.order_date) over persons_days',
            'purchase_days.order_date'
        ) }} as gap_days,
        lead(purchase_days.order_date) over persons_days is null as is_last
    from purchase_days
    inner join dates on purchase_days.known_at < dates.as_of_at
    window persons_days as (
        partition by dates.as_of_date, purchase_days.customer_id
        order by purchase_days.order_date
    )
),

summed as (
    select
        as_of_date,
        customer_id,
        count(*) as order_days,
        {{ as_decimal('count(gap_days)', 9, 0) }} as gaps,
        {{ as_decimal('sum(gap_days)', 9, 0) }} as sum_days,
        {{ as_decimal('sum(gap_days * gap_days)', 18, 0) }} as squares,
        max(case when is_last then gap_days end) as last_days
    from gaps
    group by as_of_date, customer_id
),

-- Exact up to here, so that gaps that are all alike deviate by nothing.
told as (
    select
        as_of_date,
        customer_id,
        order_days,
        {{ ratio('sum_days', 'gaps') }} as mean_days_between_orders,
        sqrt({{ ratio('gaps * squares - sum_days * sum_days', 'gaps * (gaps - 1)') }})
            as stddev_days_between_orders,
        cast(last_days as double) as last_days_between_orders
    from summed
)

select * from told

-- What share of sales the shop keeps, of the 365 days before as_of_date.
-- Grain: one row; the share is null without sales above zero.
with

orders as (
    select * from {{ ref('fct_orders') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

summed as (
    select
        period.as_of_date,
        coalesce(sum(orders.net_sales), 0) as net_sales_365d,
        coalesce(sum(orders.gross_margin), 0) as gross_margin_365d
    from period
    left join orders
        on
            orders.ordered_at < period.as_of_at
            and orders.ordered_at >= {{ days_later('period.as_of_at', -365) }}
    group by period.as_of_date
),

told as (
    select
        summed.*,
        case
            when net_sales_365d > 0
                then {{ ratio('gross_margin_365d', 'net_sales_365d') }}
        end as margin_rate
    from summed
)

select * from told

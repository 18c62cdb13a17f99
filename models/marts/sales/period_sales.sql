-- Who bought in each compared period, and for how much.
-- Grain: one row per kind of period, first day and customer group with sales or
-- refunds. Who made the first order in the period is new there with all of it; an order
-- of nobody known is a customer of its own. Refunds stand in the period they were
-- booked in.
with

booked as (
    select * from {{ ref('booked_sales') }}
),

days as (
    select * from {{ ref('int_period_days') }}
),

by_customer as (
    select
        days.period_type,
        days.period_start_date,
        booked.is_counted,
        booked.customer_id,
        coalesce(booked.customer_id, 'order ' || booked.order_id) as buyer,
        count(case when booked.is_first_order then 1 end) > 0 as is_new,
        sum(booked.orders) as orders,
        sum(booked.items) as items,
        sum(booked.gross_sales) as gross_sales,
        sum(booked.discounts) as discounts,
        sum(booked.returns) as returns
    from booked
    inner join days on booked.date_day = days.date_day
    group by
        days.period_type, days.period_start_date, booked.is_counted,
        booked.customer_id, coalesce(booked.customer_id, 'order ' || booked.order_id)
),

grouped as (
    select
        by_customer.*,
        case
            when not is_counted then 'uncounted'
            when customer_id is null then 'guest'
            when is_new then 'new'
            else 'returning'
        end as customer_group
    from by_customer
),

added as (
    select
        period_type,
        period_start_date,
        customer_group,
        count(case when orders > 0 then 1 end) as customers,
        cast(sum(orders) as bigint) as orders,
        cast(sum(items) as bigint) as items,
        {{ money('sum(gross_sales)') }} as gross_sales,
        {{ money('sum(discounts)') }} as discounts,
        {{ money('sum(returns)') }} as returns,
        {{ money('sum(gross_sales) - sum(discounts) - sum(returns)') }} as net_sales,
        '{{ reporting_currency() }}' as currency
    from grouped
    group by period_type, period_start_date, customer_group
)

select * from added

-- What each customer, visitor and campaign adds to the latest periods and to the ones
-- before: what headlines and their intervals are made of.
-- Grain: one row per kind of period, whether it is the latest or the one before,
-- measure and unit of which it is not zero. An order of nobody known is a customer of
-- its own. Campaigns' revenue is told of those that money was spent on.
with

periods as (
    select * from {{ ref('int_compared_periods') }}
    where is_latest
),

days as (
    select * from {{ ref('int_period_days') }}
),

booked as (
    select * from {{ ref('booked_sales') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

campaigns as (
    select * from {{ ref('campaign_roi') }}
    where
        attribution_model = '{{ var("forecast_attribution_model") }}'
        and date_basis = 'refund'
),

compared as (
    select
        days.period_type,
        days.date_day,
        days.period_start_date = periods.period_start_date as is_current
    from days
    inner join periods
        on
            days.period_type = periods.period_type
            and days.period_start_date
            in (periods.period_start_date, periods.previous_period_start_date)
),

by_customer as (
    select
        compared.period_type,
        compared.is_current,
        coalesce(booked.customer_id, 'order ' || booked.order_id) as unit_id,
        sum(booked.orders) as orders,
        sum(booked.items) as items,
        sum(booked.gross_sales) as gross_sales,
        sum(booked.discounts) as discounts,
        sum(booked.returns) as returns,
        sum(booked.gross_sales - booked.discounts) as sales_before_returns,
        sum(booked.gross_sales - booked.discounts - booked.returns) as net_sales,
        sum(booked.gross_margin) as gross_margin,
        max(booked.orders) as customers,
        max(case when booked.customer_id is not null then booked.orders else 0 end)
            as known_customers,
        max(case when booked.is_first_order then 1 else 0 end) as new_customers
    from booked
    inner join compared on booked.date_day = compared.date_day
    group by
        compared.period_type, compared.is_current,
        coalesce(booked.customer_id, 'order ' || booked.order_id)
),

customers as (
    select
        by_customer.*,
        known_customers - new_customers as returning_customers
    from by_customer
),

visitors as (
    select
        compared.period_type,
        compared.is_current,
        sessions.visitor_id as unit_id,
        count(*) as sessions,
        count(case when sessions.purchases > 0 then 1 end) as converting_sessions,
        sum(sessions.revenue) as session_revenue
    from sessions
    inner join compared on sessions.session_date = compared.date_day
    group by compared.period_type, compared.is_current, sessions.visitor_id
),

paid as (
    select
        compared.period_type,
        compared.is_current,
        campaigns.campaign_id as unit_id,
        sum(campaigns.spend) as ad_spend,
        sum(campaigns.attributed_revenue) as attributed_revenue
    from campaigns
    inner join compared on campaigns.date_day = compared.date_day
    where campaigns.has_spend
    group by compared.period_type, compared.is_current, campaigns.campaign_id
),

measured as (
    {%- for units, measures in [
        ('customers', [
            'orders', 'items', 'gross_sales', 'discounts', 'returns',
            'sales_before_returns', 'net_sales', 'gross_margin', 'customers',
            'known_customers', 'new_customers', 'returning_customers',
        ]),
        ('visitors', ['sessions', 'converting_sessions', 'session_revenue']),
        ('paid', ['ad_spend', 'attributed_revenue']),
    ] %}
    {%- set is_last = loop.last %}
    {%- for measure in measures %}
    select
        period_type,
        is_current,
        '{{ measure }}' as measure,
        unit_id,
        {{ money(measure) }} as amount
    from {{ units }}
    where {{ measure }} <> 0
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
)

select * from measured

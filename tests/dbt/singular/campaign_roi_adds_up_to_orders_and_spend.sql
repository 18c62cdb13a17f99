-- Attribution models and date bases whose spend, conversions or money do not add up to
-- the orders and the spend before as_of_date.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select
        count(*) as conversions,
        count(case when orders.is_first_order then 1 end) as new_customers,
        coalesce(sum(orders.net_sales), 0) as revenue,
        coalesce(sum(orders.gross_margin), 0) as margin
    from {{ ref('fct_orders') }} as orders
    inner join period on orders.ordered_at < period.as_of_at
    where orders.is_counted
),

spent as (
    select
        coalesce(sum(spend.spend), 0) as spend,
        coalesce(sum(spend.impressions), 0) as impressions,
        coalesce(sum(spend.clicks), 0) as clicks
    from {{ ref('fct_ad_spend') }} as spend
    inner join period on spend.date_day < period.as_of_date
),

told as (
    select
        attribution_model,
        date_basis,
        sum(spend) as spend,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(new_customers) as new_customers,
        sum(attributed_revenue) as revenue,
        sum(attributed_margin) as margin
    from {{ ref('campaign_roi') }}
    group by attribution_model, date_basis
)

select
    told.*,
    spent.spend as spend_expected,
    orders.conversions as conversions_expected,
    orders.revenue as revenue_expected,
    orders.margin as margin_expected
from told
cross join orders
cross join spent
where
    told.spend <> spent.spend
    or told.impressions <> spent.impressions
    or told.clicks <> spent.clicks
    or abs(told.conversions - orders.conversions) > 0.001
    or abs(told.new_customers - orders.new_customers) > 0.001
    or told.revenue <> orders.revenue
    or told.margin <> orders.margin

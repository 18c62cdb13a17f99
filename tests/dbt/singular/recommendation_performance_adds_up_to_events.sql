-- Algorithms whose showings or clicks differ from those of the events, or whose revenue
-- is more than what was sold of the goods they showed.
with

performance as (
    select * from {{ ref('recommendation_performance') }}
),

events as (
    select * from {{ ref('int_session_events') }}
    where
        event_name in ('view_item_list', 'select_item')
        and recommendation_id is not null
        and product_id is not null
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

told as (
    select
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(revenue) as revenue
    from performance
),

happened as (
    select
        count(distinct session_id || '|' || recommendation_id || '|' || product_id)
            as impressions,
        count(distinct case
            when event_name = 'select_item'
                then session_id || '|' || recommendation_id || '|' || product_id
        end) as clicks
    from events
),

sold as (
    select sum({{ greatest_of(['net_sales', '0']) }}) as revenue
    from order_lines
    where product_id in (select product_id from events)
)

select
    told.impressions,
    happened.impressions as impressions_in_events,
    told.clicks,
    happened.clicks as clicks_in_events,
    told.revenue,
    sold.revenue as revenue_of_lines
from told
cross join happened
cross join sold
where
    coalesce(told.impressions, 0) <> happened.impressions
    or coalesce(told.clicks, 0) <> happened.clicks
    or coalesce(told.revenue, 0) > coalesce(sold.revenue, 0)

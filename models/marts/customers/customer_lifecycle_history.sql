-- Where in their life as a customer everyone who had bought stood, month by month, by
-- how often they buy: what is late for one is in time for another.
-- Grain: one row per as_of_date and customer. A customer's usual gap is the mean of the
-- gaps between their days with an order, the shop's median counted as one more: of one
-- day alone it is the shop's. Stages change after so many usual gaps without an order,
-- or after so many days where the variables lifecycle_*_days say so.
with

features as (
    select * from {{ ref('feat_customers') }}
    where orders > 0
),

shop_gaps as (
    select
        as_of_date,
        coalesce(
            {{ median('mean_days_between_orders') }},
            {{ var('lifecycle_default_gap_days') }}
        ) as median_days
    from features
    group by as_of_date
),

usual as (
    select
        features.as_of_date,
        features.is_latest,
        features.customer_id,
        features.orders,
        features.order_days,
        features.recency_days,
        features.last_days_between_orders,
        (
            coalesce(features.mean_days_between_orders * (features.order_days - 1), 0)
            + shop_gaps.median_days
        ) / features.order_days as usual_days,
        -- The same, as it was when the last order was placed.
        (
            features.mean_days_between_orders * (features.order_days - 1)
            - features.last_days_between_orders
            + shop_gaps.median_days
        ) / nullif(features.order_days - 1, 0) as usual_days_before
    from features
    inner join shop_gaps on features.as_of_date = shop_gaps.as_of_date
),

bounded as (
    select
        usual.*,
        {{ lifecycle_days('at_risk', 'usual_days') }} as at_risk_after_days,
        {{ lifecycle_days('lapsed', 'usual_days') }} as lapsed_after_days,
        {{ lifecycle_days('lapsed', 'usual_days_before') }} as lapsed_before_after_days
    from usual
),

staged as (
    select
        as_of_date,
        is_latest,
        customer_id,
        cast(orders as bigint) as orders,
        cast(recency_days as bigint) as recency_days,
        cast(usual_days as double) as usual_days_between_orders,
        cast(at_risk_after_days as double) as at_risk_after_days,
        cast(lapsed_after_days as double) as lapsed_after_days,
        case
            when recency_days > lapsed_after_days then 'lapsed'
            when recency_days > at_risk_after_days then 'at_risk'
            when order_days = 1 then 'new'
            when last_days_between_orders > lapsed_before_after_days
                then 'reactivated'
            else 'active'
        end as lifecycle_stage
    from bounded
),

-- Who has bought once has bought at every later date, so the row before is of the date
-- before.
with_previous as (
    select
        staged.*,
        lag(lifecycle_stage) over (partition by customer_id order by as_of_date)
            as previous_lifecycle_stage
    from staged
)

select * from with_previous

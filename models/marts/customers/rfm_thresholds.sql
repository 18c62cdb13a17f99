-- The values that part customers into fifths by recency, frequency and money.
-- Grain: one row per as_of_date, metric and quantile. Each is a value that occurs.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest and orders > 0
),

measured as (
    select as_of_date, 'recency_days' as metric, recency_days as value
    from features
    union all
    select as_of_date, 'frequency', orders
    from features
    union all
    select as_of_date, 'monetary', cast(net_sales as double)
    from features
),

quantiles as (
    {% for quantile in [0.2, 0.4, 0.6, 0.8] -%}
    select
        as_of_date,
        metric,
        cast({{ quantile }} as double) as quantile,
        cast(percentile_disc({{ quantile }}) within group (order by value) as double)
            as threshold
    from measured
    group by as_of_date, metric
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from quantiles

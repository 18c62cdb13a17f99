-- The values that part customers by recency, frequency and money: into fifths, or where
-- the variable rfm_cut_points says.
-- Grain: one row per as_of_date, metric and threshold_number. Those of fifths are
-- values that occur: the least one that so many customers reach or stay below.
{%- set metrics = {
    'recency_days': 'recency_days', 'frequency': 'orders', 'monetary': 'net_sales'
} %}
{%- set cut_points = rfm_cut_points(metrics) %}
with

features as (
    select * from {{ ref('feat_customers') }}
    where orders > 0
),

measured as (
    {%- for metric, feature in metrics.items() %}
    select
        as_of_date,
        '{{ metric }}' as metric,
        {{ money(feature) }} as value
    from features
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        as_of_date,
        metric,
        value,
        count(*) as customers
    from measured
    group by as_of_date, metric, value
),

cumulated as (
    select
        as_of_date,
        metric,
        value,
        sum(customers) over (partition by as_of_date, metric) as customers,
        sum(customers) over (
            partition by as_of_date, metric order by value
            rows between unbounded preceding and current row
        ) as customers_up_to
    from counted
),

thresholds as (
    {%- for number in [1, 2, 3, 4] %}
    {%- for metric in metrics %}
    select
        as_of_date,
        metric,
        cast({{ number }} as bigint) as threshold_number,
        {%- if metric in cut_points %}
        cast(null as double) as quantile,
        cast({{ cut_points[metric][number - 1] }} as double) as threshold
    from cumulated
    where metric = '{{ metric }}'
        {%- else %}
        cast({{ number / 5 }} as double) as quantile,
        cast(min(value) as double) as threshold
    from cumulated
    where metric = '{{ metric }}' and 5 * customers_up_to >= {{ number }} * customers
        {%- endif %}
    group by as_of_date, metric
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from thresholds

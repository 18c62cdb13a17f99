-- Headlines that are not what the days of their period and of the one before come to.
{%- set metrics = {
    'daily_sales': {
        'net_sales': 'net_sales', 'orders': 'orders',
        'new_customers': 'new_customer_orders', 'gross_margin': 'gross_margin',
    },
    'daily_channels': {'sessions': 'sessions'},
    'fct_ad_spend': {'ad_spend': 'spend'},
} %}
with

periods as (
    select * from {{ ref('int_compared_periods') }}
    where is_latest
),

days as (
    {%- for table, columns in metrics.items() %}
    {%- set is_last = loop.last %}
    {%- for metric, amount in columns.items() %}
    select '{{ metric }}' as metric, date_day, {{ amount }} as amount
    from {{ ref(table) }}
    {{ 'union all' if not (is_last and loop.last) }}
    {%- endfor %}
    {%- endfor %}
),

expected as (
    select
        periods.period_type,
        days.metric,
        sum(case when days.date_day >= periods.period_start_date then days.amount else 0
        end) as value,
        sum(case when days.date_day < periods.period_start_date then days.amount else 0
        end) as previous_value
    from periods
    inner join days
        on
            days.date_day >= periods.previous_period_start_date
            and days.date_day < periods.period_end_date
    group by periods.period_type, days.metric
)

select
    told.period_type,
    told.metric,
    told.value,
    told.previous_value,
    expected.value as value_expected,
    expected.previous_value as previous_value_expected
from {{ ref('headline_metrics') }} as told
left join expected
    on told.period_type = expected.period_type and told.metric = expected.metric
where
    told.metric in (
        'net_sales', 'orders', 'new_customers', 'gross_margin', 'sessions', 'ad_spend'
    )
    and (
        abs(told.value - coalesce(expected.value, 0)) > 0.00001
        or abs(told.previous_value - coalesce(expected.previous_value, 0)) > 0.00001
    )

-- From when to when the outcomes that are foretold of customers are looked for.
-- Grain: one row per target and as_of_date. A window holds its first instant and not
-- its last. Horizons that the shop's own rhythm sets rest on the gaps known before the
-- date: so many days that the set share of gaps between two days with orders was over.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

order_days as (
    select
        customer_id,
        order_date,
        min(identified_at) as known_at
    from orders
    group by customer_id, order_date
),

gaps as (
    select
        {{ day_difference('lag(order_date) over persons_days', 'order_date') }}
            as gap_days,
        {{ greatest_of(['known_at', 'lag(known_at) over persons_days']) }} as known_at
    from order_days
    window persons_days as (partition by customer_id order by order_date)
),

counted as (
    select
        dates.as_of_date,
        gaps.gap_days,
        count(*) as gaps
    from gaps
    inner join dates on gaps.known_at < dates.as_of_at
    where gaps.gap_days is not null
    group by dates.as_of_date, gaps.gap_days
),

with_shares as (
    select
        as_of_date,
        gap_days,
        {{ ratio(
            'sum(gaps) over (partition by as_of_date order by gap_days)',
            'sum(gaps) over (partition by as_of_date)'
        ) }} as share_over
    from counted
),

usual as (
    select
        as_of_date,
        min(gap_days) as usual_days
    from with_shares
    where share_over >= {{ var('churn_gap_share') }}
    group by as_of_date
),

order_gaps as (
    select
        dates.*,
        coalesce(usual.usual_days, {{ var('lifecycle_default_gap_days') }})
            as usual_days
    from dates
    left join usual on dates.as_of_date = usual.as_of_date
),

horizons as (
    {%- for target in prediction_targets('customer') %}
    select
        '{{ target.name }}' as target,
        as_of_date,
        as_of_at,
        is_latest,
        cast({{ target.horizon_days }} as bigint) as label_horizon_days
    from order_gaps
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

with_ends as (
    select
        horizons.*,
        cast({{ days_later('horizons.as_of_date', 'horizons.label_horizon_days') }}
            as date) as window_end_date,
        period.as_of_date as today
    from horizons
    cross join period
),

windows as (
    select
        target,
        as_of_date,
        as_of_at,
        is_latest,
        label_horizon_days,
        window_end_date,
        {{ start_of_reporting_date('window_end_date') }} as window_end_at,
        window_end_date <= today as is_closed
    from with_ends
)

select * from windows

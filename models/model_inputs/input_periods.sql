-- Stretches of time that give carts and contacts their parts in fitting: five with
-- about as many rows each, whole days, of windows that have closed.
-- Grain: one row per target and day. A window that reaches into the next stretch, from
-- next_period_at on, teaches nothing, so that no two stretches look at the same hours.
with

carts as (
    select * from {{ ref('feat_carts') }}
    where not is_latest
),

contacts as (
    select * from {{ ref('feat_campaign_contacts') }}
    where not is_latest
),

period as (
    select * from {{ ref('int_data_period') }}
),

instants as (
    {%- for target in prediction_targets('cart') %}
    select
        '{{ target.name }}' as target,
        as_of_at as instant,
        {{ horizon_later('as_of_at', target.horizon_days) }} as window_end_at
    from carts
    union all
    {%- endfor %}
    {%- for target in prediction_targets('contact') %}
    select
        '{{ target.name }}' as target,
        contacted_at as instant,
        {{ horizon_later('contacted_at', target.horizon_days) }} as window_end_at
    from contacts
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select
        instants.target,
        {{ reporting_date('instants.instant') }} as instant_date,
        count(*) as rows
    from instants
    inner join period on instants.window_end_at <= period.as_of_at
    group by instants.target, {{ reporting_date('instants.instant') }}
),

numbered as (
    select
        target,
        instant_date,
        floor(5 * {{ ratio(
            'sum(rows) over (partition by target order by instant_date) - rows',
            'sum(rows) over (partition by target)'
        ) }}) as period_number
    from days
),

with_starts as (
    select
        target,
        instant_date,
        min(instant_date) over (partition by target, period_number) as period_date,
        period_number
    from numbered
),

starts as (
    select
        target,
        period_number,
        min(period_date) as period_date,
        lead(min(period_date)) over (partition by target order by period_number)
            as next_period_date
    from with_starts
    group by target, period_number
),

told as (
    select
        with_starts.target,
        with_starts.instant_date,
        with_starts.period_date,
        coalesce(
            {{ start_of_reporting_date('starts.next_period_date') }}, period.as_of_at
        ) as next_period_at
    from with_starts
    inner join starts
        on
            with_starts.target = starts.target
            and with_starts.period_number = starts.period_number
    cross join period
)

select * from told

-- Dates, segments and stages into which another number of customers moved than was
-- there, or out of which another number than had been.
with

{%- set moves = {
    'rfm_segment': ('customer_rfm_history', 'rfm_segment_moves'),
    'lifecycle_stage': ('customer_lifecycle_history', 'lifecycle_transitions'),
} %}

dates as (
    select
        as_of_date,
        lag(as_of_date) over (order by as_of_date) as previous_as_of_date
    from {{ ref('int_as_of_dates') }}
),

counted as (
    {%- for state, (history, moves_between) in moves.items() %}
    select
        '{{ state }}' as state_type,
        dates.as_of_date,
        'into' as direction,
        history.{{ state }} as state,
        count(*) as customers
    from {{ ref(history) }} as history
    inner join dates on history.as_of_date = dates.as_of_date
    where exists (
        select 1 from {{ ref(history) }} as before
        where before.as_of_date = dates.previous_as_of_date
    )
    group by 1, 2, 3, 4
    union all
    select
        '{{ state }}' as state_type,
        dates.as_of_date,
        'out of' as direction,
        history.{{ state }} as state,
        count(*) as customers
    from {{ ref(history) }} as history
    inner join dates on history.as_of_date = dates.previous_as_of_date
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

moved as (
    {%- for state, (history, moves_between) in moves.items() %}
    select
        '{{ state }}' as state_type,
        as_of_date,
        'into' as direction,
        {{ state }} as state,
        sum(customers) as customers
    from {{ ref(moves_between) }}
    group by 1, 2, 3, 4
    union all
    select
        '{{ state }}' as state_type,
        as_of_date,
        'out of' as direction,
        previous_{{ state }} as state,
        sum(customers) as customers
    from {{ ref(moves_between) }}
    where previous_{{ state }} <> '(none)'
    group by 1, 2, 3, 4
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    coalesce(counted.state_type, moved.state_type) as state_type,
    coalesce(counted.as_of_date, moved.as_of_date) as as_of_date,
    coalesce(counted.direction, moved.direction) as direction,
    coalesce(counted.state, moved.state) as state,
    counted.customers as counted,
    moved.customers as moved
from counted
full outer join moved
    on
        counted.state_type = moved.state_type
        and counted.as_of_date = moved.as_of_date
        and counted.direction = moved.direction
        and counted.state = moved.state
where counted.customers is distinct from moved.customers

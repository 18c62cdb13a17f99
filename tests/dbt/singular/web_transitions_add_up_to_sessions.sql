-- Steps that are not come to as often as they are left, do not occur, begin or end
-- sessions as web_steps says, or whose probabilities do not sum to one; and an (entry)
-- or (exit) that is not there once for each session.
with

transitions as (
    select * from {{ ref('web_transitions') }}
),

steps as (
    select * from {{ ref('web_steps') }}
),

sessions as (
    select count(*) as sessions from {{ ref('fct_sessions') }}
),

counted as (
    select
        step,
        occurrences as arrivals,
        occurrences as departures,
        entries,
        exits
    from steps
    union all
    select '(entry)', 0, sessions, 0, 0
    from sessions
    where sessions > 0
    union all
    select '(exit)', sessions, 0, 0, 0
    from sessions
    where sessions > 0
),

moves as (
    select
        to_step as step,
        transitions as arrivals,
        0 as departures,
        case when from_step = '(entry)' then transitions else 0 end as entries,
        0 as exits,
        0 as probability
    from transitions
    union all
    select
        from_step,
        0,
        transitions,
        0,
        case when to_step = '(exit)' then transitions else 0 end,
        probability
    from transitions
),

summed as (
    select
        step,
        sum(arrivals) as arrivals,
        sum(departures) as departures,
        sum(entries) as entries,
        sum(exits) as exits,
        sum(probability) as probability
    from moves
    group by step
)

select
    coalesce(counted.step, summed.step) as step,
    counted.arrivals as arrivals_expected,
    summed.arrivals,
    summed.departures,
    summed.probability
from counted
full outer join summed on counted.step = summed.step
where
    counted.step is null
    or summed.step is null
    or counted.arrivals <> summed.arrivals
    or counted.departures <> summed.departures
    or counted.entries <> summed.entries
    or counted.exits <> summed.exits
    or (summed.step <> '(exit)' and abs(summed.probability - 1) > 0.000000001)

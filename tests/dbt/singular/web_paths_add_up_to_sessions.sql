-- Outcomes whose paths are not those of all their sessions: with a purchase, and
-- without one.
with

sessions as (
    select session_id from {{ ref('fct_sessions') }}
),

buying as (
    select distinct session_id from {{ ref('int_session_events') }}
    where event_name = 'purchase'
),

expected as (
    select
        case when buying.session_id is null then 'exit' else 'purchase' end as outcome,
        count(*) as sessions
    from sessions
    left join buying on sessions.session_id = buying.session_id
    group by 1
),

paths as (
    select
        outcome,
        sum(sessions) as sessions,
        sum(share) as share
    from {{ ref('web_paths') }}
    group by outcome
)

select
    coalesce(expected.outcome, paths.outcome) as outcome,
    expected.sessions as sessions_expected,
    paths.sessions,
    paths.share
from expected
full outer join paths on expected.outcome = paths.outcome
where
    expected.outcome is null
    or paths.outcome is null
    or expected.sessions <> paths.sessions
    or abs(paths.share - 1) > 0.000000001

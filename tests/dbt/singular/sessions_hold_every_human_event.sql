-- Human events that no session holds, or that two do.
with

quality as (
    select human_events from {{ ref('event_quality') }}
),

sessions as (
    select coalesce(sum(events), 0) as events from {{ ref('fct_sessions') }}
)

select
    quality.human_events,
    sessions.events as events_of_sessions
from quality
cross join sessions
where quality.human_events <> sessions.events

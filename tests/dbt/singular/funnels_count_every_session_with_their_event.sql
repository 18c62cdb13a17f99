-- Funnels over sessions whose attempts are not the sessions with an event that starts
-- one: of the first step, or of any step where the order is open.
with

starting_steps as (
    select
        funnel_name,
        '|' || event_name || '|' as event_names
    from {{ ref('funnel_steps') }}
    where counted_entity = 'session' and (step_number = 1 or step_order = 'open')
),

-- Of a visitor's purchases of one order only the first is one.
events as (
    select
        session_id,
        event_name,
        row_number() over (
            partition by visitor_id, event_name, coalesce(order_id, event_id)
            order by event_number
        ) as report_number
    from {{ ref('int_session_events') }}
),

expected as (
    select
        starting_steps.funnel_name,
        count(distinct events.session_id) as sessions
    from starting_steps
    left join events
        on
            position('|' || events.event_name || '|' in starting_steps.event_names) > 0
            and (events.event_name <> 'purchase' or events.report_number = 1)
    group by starting_steps.funnel_name
),

told as (
    select funnel_name, attempts
    from {{ ref('web_funnel_totals') }}
    where step_number = 1
)

select
    expected.funnel_name,
    expected.sessions,
    told.attempts
from expected
left join told on expected.funnel_name = told.funnel_name
where expected.sessions is distinct from told.attempts

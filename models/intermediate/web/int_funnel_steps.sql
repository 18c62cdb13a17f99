-- How far each attempt at a funnel came.
-- Grain: one row per funnel, attempt and step that it met. An attempt begins with the
-- first event of the first step (of any step where the order is open) in a session, or
-- on a visitor's day, and ends with the session, or with the window, whose last instant
-- counts. A step is met by its first event after the one that met the step before; in
-- an open funnel only steps of the same event wait for each other. So no event meets
-- two steps. A purchase that a visitor's browser reports again is the first one's.
{%- set rounds = ['round'] * var('funnel_max_steps') %}
with

events as (
    select * from {{ ref('int_session_events') }}
    where {{ visitor_changed() }}
        and not coalesce(is_repeated_purchase, false)
),

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

steps as (
    select
        funnel_steps.*,
        lag(step_number) over (
            partition by funnel_name, case when step_order = 'open' then event_name end
            order by step_number
        ) as after_step_number
    from funnel_steps
),

event_steps as (
    select
        steps.*,
        names.event_name as met_by
    from steps
    inner join (select distinct event_name from events) as names
        on position('|' || names.event_name || '|' in '|' || steps.event_name || '|')
        > 0
),

step_events as (
    select
        steps.funnel_name,
        steps.step_number,
        steps.after_step_number,
        steps.step_order,
        steps.counted_entity,
        steps.window_seconds,
        case
            when steps.counted_entity = 'session' then events.session_id
            else events.visitor_id
        end as entity_id,
        events.event_id,
        events.visitor_id,
        events.session_id,
        events.event_number,
        events.event_at
    from events
    inner join event_steps as steps on events.event_name = steps.met_by
),

attempts as (
    select
        funnel_name,
        entity_id,
        visitor_id,
        min_by(session_id, event_number) as session_id,
        case
            when counted_entity = 'session' then entity_id
            else md5(visitor_id || ':' || min_by(event_id, event_number))
        end as attempt_id,
        min(event_number) as event_number,
        min(event_at) as attempt_started_at,
        {{ seconds_later('min(event_at)', 'window_seconds') }} as attempt_ends_at
    from step_events
    where step_number = 1 or step_order = 'open'
    group by
        funnel_name, entity_id, visitor_id, counted_entity, window_seconds,
        case when counted_entity = 'visitor' then {{ reporting_date('event_at') }} end
),

-- First the steps that wait for none, then round by round those that wait for them.
{%- for round in rounds %}
{{ round }}_{{ loop.index }} as (
    select
        known.funnel_name,
        known.attempt_id,
        known.entity_id,
        known.attempt_ends_at,
        step_events.step_number,
        min(step_events.event_number) as event_number,
        min(step_events.event_at) as reached_at
    from {{ 'attempts' if loop.first else round ~ '_' ~ loop.index0 }} as known
    inner join step_events
        on
            known.funnel_name = step_events.funnel_name
            and known.entity_id = step_events.entity_id
            {%- if loop.first %}
            and step_events.after_step_number is null
            and known.event_number <= step_events.event_number
            {%- else %}
            and known.step_number = step_events.after_step_number
            and known.event_number < step_events.event_number
            {%- endif %}
    where step_events.event_at <= coalesce(known.attempt_ends_at, step_events.event_at)
    group by 1, 2, 3, 4, 5
),
{%- endfor %}

reached as (
    {%- for round in rounds %}
    select * from {{ round }}_{{ loop.index }} {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- Where the order is open, the step before may be missing or come later.
with_previous_steps as (
    select
        attempts.funnel_name,
        attempts.attempt_id,
        attempts.visitor_id,
        attempts.session_id,
        attempts.attempt_started_at,
        reached.step_number,
        reached.reached_at,
        previous.reached_at as previous_step_at
    from attempts
    inner join reached using (funnel_name, attempt_id)
    left join reached as previous
        on
            reached.funnel_name = previous.funnel_name
            and reached.attempt_id = previous.attempt_id
            and reached.step_number = previous.step_number + 1
)

select * from with_previous_steps

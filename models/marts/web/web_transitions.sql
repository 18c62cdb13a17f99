-- What visitors do next: how often one step follows another.
-- Grain: one row per step and the step after it, from (entry), which comes before every
-- session's first step, to (exit), which comes after the last. All traffic of people,
-- over all days. The probability is the share of all transitions out of from_step.
with

steps as (
    select * from {{ ref('int_session_steps') }}
),

moves as (
    select
        session_id,
        step as from_step,
        coalesce(next_step, '(exit)') as to_step
    from steps
    union all
    select
        session_id,
        '(entry)' as from_step,
        step as to_step
    from steps
    where step_number = 1
),

moves_by_session as (
    select
        from_step,
        to_step,
        session_id,
        count(*) as transitions
    from moves
    group by from_step, to_step, session_id
),

counted as (
    select
        from_step,
        to_step,
        cast(sum(transitions) as bigint) as transitions,
        count(*) as sessions
    from moves_by_session
    group by from_step, to_step
),

with_probability as (
    select
        from_step,
        to_step,
        transitions,
        sessions,
        {{ ratio('transitions', 'sum(transitions) over (partition by from_step)') }}
            as probability
    from counted
)

select * from with_probability

-- Where sessions begin and where they end.
-- Grain: one row per step, over all days. A bounce here is a session of this step
-- alone, however long it lasted.
with

steps as (
    select * from {{ ref('int_session_steps') }}
),

steps_by_session as (
    select
        step,
        session_id,
        count(*) as occurrences,
        count(case when step_number = 1 then 1 end) as entries,
        count(case when next_step is null then 1 end) as exits,
        count(case when step_number = 1 and next_step is null then 1 end) as bounces
    from steps
    group by step, session_id
),

counted as (
    select
        step,
        cast(sum(occurrences) as bigint) as occurrences,
        count(*) as sessions,
        cast(sum(entries) as bigint) as entries,
        cast(sum(exits) as bigint) as exits,
        cast(sum(bounces) as bigint) as bounces
    from steps_by_session
    group by step
),

shares as (
    select
        step,
        occurrences,
        sessions,
        entries,
        exits,
        bounces,
        {{ ratio('entries', 'occurrences') }} as entry_share,
        {{ ratio('exits', 'occurrences') }} as exit_share,
        -- Every session begins and ends once.
        {{ ratio('entries', 'sum(entries) over ()') }} as session_entry_share,
        {{ ratio('exits', 'sum(exits) over ()') }} as session_exit_share,
        {{ ratio('bounces', 'entries') }} as bounce_share
    from counted
)

select * from shares

-- Strict funnels in which more met a step than the one before, or steps that were met
-- before their attempt, or after its window.
with

met_steps as (
    select
        met.*,
        steps.step_order,
        {{ seconds_later('met.attempt_started_at', 'steps.window_seconds') }}
            as attempt_ends_at
    from {{ ref('int_funnel_steps') }} as met
    inner join {{ ref('funnel_steps') }} as steps
        on met.funnel_name = steps.funnel_name and met.step_number = steps.step_number
),

daily as (
    select * from {{ ref('web_funnel') }}
)

select funnel_name, step_number, attempt_id as found
from met_steps
where
    reached_at < attempt_started_at
    or reached_at > attempt_ends_at
    or (step_order = 'strict' and step_number = 1 and reached_at <> attempt_started_at)
    or (
        step_order = 'strict'
        and step_number > 1
        and coalesce(previous_step_at > reached_at, true)
    )
union all
select funnel_name, step_number, 'counts' as found
from daily
where
    entities > attempts
    or entities_from_previous_step > entities
    or conversion_rate not between 0 and 1
    or step_conversion_rate not between 0 and 1
    or drop_off_rate not between 0 and 1

-- How many came how far through each funnel, over all days.
-- Grain: one row per funnel and step, also of a funnel that nobody began.
with

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

daily as (
    select * from {{ ref('web_funnel') }}
),

met_steps as (
    select * from {{ ref('int_funnel_steps') }}
),

summed as (
    select
        funnel_name,
        step_number,
        sum(attempts) as attempts,
        sum(entities) as entities,
        sum(entities_from_previous_step) as entities_from_previous_step
    from daily
    group by funnel_name, step_number
),

-- A median of all days is not made of the days' medians.
timed as (
    select
        funnel_name,
        step_number,
        {{ median(elapsed_seconds('previous_step_at', 'reached_at')) }}
            as median_time_to_step_s
    from met_steps
    where previous_step_at <= reached_at
    group by funnel_name, step_number
),

with_every_step as (
    select
        funnel_steps.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        cast(coalesce(summed.attempts, 0) as bigint) as attempts,
        cast(coalesce(summed.entities, 0) as bigint) as entities,
        cast(coalesce(summed.entities_from_previous_step, 0) as bigint)
            as entities_from_previous_step,
        cast(timed.median_time_to_step_s as double) as median_time_to_step_s
    from funnel_steps
    left join summed
        on
            funnel_steps.funnel_name = summed.funnel_name
            and funnel_steps.step_number = summed.step_number
    left join timed
        on
            funnel_steps.funnel_name = timed.funnel_name
            and funnel_steps.step_number = timed.step_number
),

with_rates as (
    select
        with_every_step.*,
        {{ funnel_rates('steps') }}
    from with_every_step
    window steps as (partition by funnel_name order by step_number)
)

select * from with_rates

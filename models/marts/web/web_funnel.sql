-- How many came how far through each funnel, by where and how they came.
-- Grain: one row per day, funnel, channel, device, visitor type and step, with zero
-- where nobody came so far. An attempt counts whole on the day it began (reporting
-- timezone), under channel, device and visitor type of the session it began in.
with

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

met_steps as (
    select * from {{ ref('int_funnel_steps') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

described as (
    select
        {{ reporting_date('met_steps.attempt_started_at') }} as date_day,
        met_steps.funnel_name,
        met_steps.attempt_id,
        met_steps.step_number,
        sessions.channel_group,
        coalesce(sessions.device_category, '(not set)') as device_category,
        case when sessions.session_number = 1 then 'new' else 'returning' end
            as visitor_type,
        met_steps.previous_step_at,
        case
            when met_steps.previous_step_at <= met_steps.reached_at
                then {{ elapsed_seconds(
                    'met_steps.previous_step_at', 'met_steps.reached_at'
                ) }}
        end as time_to_step_s
    from met_steps
    inner join sessions on met_steps.session_id = sessions.session_id
),

attempted as (
    select
        date_day,
        funnel_name,
        channel_group,
        device_category,
        visitor_type,
        count(distinct attempt_id) as attempts
    from described
    group by date_day, funnel_name, channel_group, device_category, visitor_type
),

counted as (
    select
        date_day,
        funnel_name,
        channel_group,
        device_category,
        visitor_type,
        step_number,
        count(*) as entities,
        count(previous_step_at) as entities_from_previous_step,
        cast({{ median('time_to_step_s') }} as double) as median_time_to_step_s
    from described
    group by
        date_day, funnel_name, channel_group, device_category, visitor_type,
        step_number
),

with_every_step as (
    select
        attempted.date_day,
        attempted.funnel_name,
        funnel_steps.step_number,
        funnel_steps.step_name,
        attempted.channel_group,
        attempted.device_category,
        attempted.visitor_type,
        attempted.attempts,
        coalesce(counted.entities, 0) as entities,
        coalesce(counted.entities_from_previous_step, 0) as entities_from_previous_step,
        counted.median_time_to_step_s
    from attempted
    inner join funnel_steps on attempted.funnel_name = funnel_steps.funnel_name
    left join counted
        on
            attempted.date_day = counted.date_day
            and attempted.funnel_name = counted.funnel_name
            and attempted.channel_group = counted.channel_group
            and attempted.device_category = counted.device_category
            and attempted.visitor_type = counted.visitor_type
            and funnel_steps.step_number = counted.step_number
),

with_rates as (
    select
        with_every_step.*,
        {{ funnel_rates('steps') }}
    from with_every_step
    window steps as (
        partition by date_day, funnel_name, channel_group, device_category, visitor_type
        order by step_number
    )
)

select * from with_rates

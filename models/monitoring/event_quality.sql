-- How clean the event feed is.
-- Grain: one row.
with

raw_events as (
    select count(*) as raw_rows from {{ source('store', 'events') }}
),

events as (
    select * from {{ ref('stg_store__events') }}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

counted as (
    select
        count(*) as events,
        count(case when coalesce(user_agents.is_bot, false) then 1 end) as bot_events,
        count(case
            when events.received_at > {{ seconds_later('events.event_at', 3600) }}
                then 1
        end) as events_over_an_hour_late,
        coalesce(
            max({{ elapsed_seconds('events.event_at', 'events.received_at') }}), 0
        ) / 3600 as greatest_lateness_h
    from events
    left join user_agents on events.user_agent = user_agents.user_agent
),

told as (
    select
        raw_events.raw_rows,
        counted.events,
        raw_events.raw_rows - counted.events as repeated_events,
        counted.bot_events,
        counted.events - counted.bot_events as human_events,
        counted.events_over_an_hour_late,
        counted.greatest_lateness_h
    from counted
    cross join raw_events
)

select * from told

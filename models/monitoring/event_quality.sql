-- How clean the event feed is, and whose traffic it tells of.
-- Grain: one row. Every event is of one kind of traffic, so the kinds add up to events.
with

raw_events as (
    select count(*) as raw_rows from {{ source('store', 'events') }}
    where event_id is not null
        and {{ happened_before_as_of_date('event_at') }}
),

events as (
    select * from {{ ref('stg_store__events') }}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

by_user_agent as (
    select
        count(*) as events,
        count(case when user_agents.traffic_type = 'bot' then 1 end) as bot_events,
        count(case when user_agents.traffic_type = 'internal' then 1 end)
            as internal_events,
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

by_session as (
    select
        coalesce(sum(case when traffic_type = 'bot' then events end), 0) as bot_events,
        coalesce(sum(case when traffic_type = 'internal' then events end), 0)
            as internal_events,
        coalesce(sum(case when traffic_type = 'person' then events end), 0)
            as human_events
    from sessions
),

told as (
    select
        raw_events.raw_rows,
        by_user_agent.events,
        raw_events.raw_rows - by_user_agent.events as repeated_events,
        cast(by_user_agent.bot_events + by_session.bot_events as bigint) as bot_events,
        cast(by_user_agent.internal_events + by_session.internal_events as bigint)
            as internal_events,
        cast(by_session.human_events as bigint) as human_events,
        by_user_agent.events_over_an_hour_late,
        by_user_agent.greatest_lateness_h
    from by_user_agent
    cross join by_session
    cross join raw_events
)

select * from told

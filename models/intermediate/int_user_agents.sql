-- User agents, and whether they are people's.
-- Grain: one row per user agent.
with

events as (
    select distinct user_agent from {{ ref('stg_store__events') }}
    where user_agent is not null
),

patterns as (
    select * from {{ ref('bot_patterns') }}
),

judged as (
    select
        events.user_agent,
        count(patterns.user_agent_pattern) > 0 as is_bot
    from events
    left join patterns
        on {{ matches_pattern('events.user_agent', 'patterns.user_agent_pattern') }}
    group by events.user_agent
)

select * from judged

-- User agents, and whose traffic they are.
-- Grain: one row per user agent. A machine's is a bot's, whoever ordered it.
-- It is noted how it was built, since sessions must not take in events whose user
-- agents are not judged yet.
{{ config(meta={'is_noted': true}, post_hook='{{ note_built() }}') }}

with

events as (
    select distinct user_agent from {{ ref('stg_store__events') }}
    where user_agent is not null
),

patterns as (
    select * from {{ ref('traffic_patterns') }}
    where subject = 'user_agent'
),

judged as (
    select
        events.user_agent,
        coalesce(min(patterns.traffic_type), 'person') as traffic_type
    from events
    left join patterns
        on {{ matches_pattern('events.user_agent', 'patterns.pattern') }}
    group by events.user_agent
)

select * from judged

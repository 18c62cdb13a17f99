-- The commonest ways to a purchase, and out of the shop without one.
-- Grain: one row per outcome and path, over all days; what is beyond the commonest is
-- one row (other). A session's path is its last steps up to its first purchase, or up
-- to its exit where it has none.
with

steps as (
    select * from {{ ref('int_session_steps') }}
),

ends as (
    select
        session_id,
        case
            when count(case when step = 'purchase' then 1 end) > 0 then 'purchase'
            else 'exit'
        end as outcome,
        coalesce(
            min(case when step = 'purchase' then step_number end), max(step_number)
        ) as last_step_number
    from steps
    group by session_id
),

last_steps as (
    select
        steps.session_id,
        steps.step_number,
        steps.step,
        ends.outcome
    from steps
    inner join ends on steps.session_id = ends.session_id
    where
        steps.step_number <= ends.last_step_number
        and steps.step_number > ends.last_step_number - {{ var('path_max_steps') }}
),

session_paths as (
    select
        session_id,
        outcome,
        {{ joined_texts('step', ' > ', order_by='step_number') }} as path,
        count(*) as path_length
    from last_steps
    group by session_id, outcome
),

counted as (
    select
        outcome,
        path,
        max(path_length) as path_length,
        count(*) as sessions
    from session_paths
    group by outcome, path
),

ranked as (
    select
        counted.*,
        row_number() over (
            partition by outcome order by sessions desc, path
        ) as rank
    from counted
),

commonest as (
    select
        outcome,
        path,
        path_length,
        sessions,
        rank
    from ranked
    where rank <= {{ var('path_top_n') }}
    union all
    select
        outcome,
        '(other)' as path,
        cast(null as bigint) as path_length,
        cast(sum(sessions) as bigint) as sessions,
        cast(null as bigint) as rank
    from ranked
    where rank > {{ var('path_top_n') }}
    group by outcome
),

with_share as (
    select
        outcome,
        path,
        path_length,
        sessions,
        {{ ratio('sessions', 'sum(sessions) over (partition by outcome)') }} as share,
        rank
    from commonest
)

select * from with_share

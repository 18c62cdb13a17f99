-- How often one channel followed another on paths, as a Markov chain of the first
-- order: from the start to the first channel, and from the last one to the order or to
-- nothing.
-- Grain: one row per two states that followed each other.
with

touches as (
    select * from {{ ref('path_touches') }}
),

steps as (
    select
        coalesce(previous_channel_group, '(start)') as from_state,
        channel_group as to_state
    from touches
    union all
    select
        channel_group,
        case when order_id is null then '(null)' else '(conversion)' end
    from touches
    where position = path_length
),

counted as (
    select
        from_state,
        to_state,
        count(*) as transitions
    from steps
    group by from_state, to_state
),

with_probability as (
    select
        counted.*,
        {{ ratio('transitions', 'sum(transitions) over (partition by from_state)') }}
            as transition_probability
    from counted
)

select * from with_probability

-- Touches before as_of_date that are on no path or on several, and channels that paths
-- come to more or less often than they leave them.
{{ config(group='attribution') }}
with

period as (
    select * from {{ ref('int_data_period') }}
),

touches as (
    select touches.touch_id
    from {{ ref('fct_marketing_touches') }} as touches
    inner join period on touches.touched_at < period.as_of_at
),

placed as (
    select
        touch_id,
        count(*) as places
    from {{ ref('path_touches') }}
    group by touch_id
),

transitions as (
    select * from {{ ref('channel_transitions') }}
),

flows as (
    select to_state as state, transitions from transitions
    where to_state not in ('(conversion)', '(null)')
    union all
    select from_state, -transitions from transitions
    where from_state <> '(start)'
)

select coalesce(touches.touch_id, placed.touch_id) as wrong
from touches
full outer join placed on touches.touch_id = placed.touch_id
where touches.touch_id is null or placed.places is null or placed.places <> 1
union all
select state from flows
group by state
having sum(transitions) <> 0

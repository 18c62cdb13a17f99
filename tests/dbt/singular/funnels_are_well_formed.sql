-- Funnels of the seed that break a rule of it.
with

funnel_steps as (
    select * from {{ ref('funnel_steps') }}
),

funnels as (
    select
        funnel_name,
        count(*) as steps,
        min(step_number) as first_step,
        max(step_number) as last_step,
        count(distinct step_order) as step_orders,
        count(distinct counted_entity) as counted_entities,
        count(distinct coalesce(window_seconds, 0)) as windows,
        min(coalesce(window_seconds, 1)) as shortest_window,
        count(case
            when counted_entity = 'visitor' and window_seconds is null then 1
        end) as steps_without_window
    from funnel_steps
    group by funnel_name
),

alternatives as (
    {%- for part in range(1, 21) %}
    select
        funnel_name,
        step_number,
        step_order,
        event_name,
        {{ dbt.split_part('event_name', "'|'", part) }} as met_by
    from funnel_steps
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

broken as (
    select funnel_name, 'steps have a gap or do not begin at 1' as rule
    from funnels
    where first_step <> 1 or last_step <> steps
    union all
    select funnel_name, 'more steps than funnel_max_steps'
    from funnels
    where last_step > {{ var('funnel_max_steps') }}
    union all
    select funnel_name, 'order, window or entity differ between its steps'
    from funnels
    where step_orders > 1 or counted_entities > 1 or windows > 1
    union all
    select funnel_name, 'visitors without a window, or a window of no time'
    from funnels
    where steps_without_window > 0 or shortest_window <= 0
    union all
    select funnel_name, 'spaces, or an empty event'
    from funnel_steps
    where '|' || event_name || '|' like '%||%' or event_name like '% %'
    union all
    select one.funnel_name, 'open steps share some of their events, not all'
    from alternatives as one
    inner join alternatives as other
        on
            one.funnel_name = other.funnel_name
            and one.met_by = other.met_by
            and one.event_name <> other.event_name
    where one.step_order = 'open' and one.met_by <> ''
)

select distinct * from broken

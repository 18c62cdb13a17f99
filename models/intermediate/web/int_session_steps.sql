-- Steps of sessions: the type of page that was viewed, or else the event.
-- Grain: one row per session and step number; the same step several times in a row is
-- one. A page type that is called like an event, such as search, is the same step.
with

events as (
    select * from {{ ref('int_session_events') }}
    where {{ visitor_changed() }}
        and not coalesce(is_repeated_purchase, false)
),

page_types as (
    select * from {{ ref('page_types') }}
),

pages as (
    select distinct
        page_url,
        {{ url_path('page_url') }} as page_path
    from events
    where event_name = 'page_view' and page_url is not null
),

-- There are far fewer paths than events to hold against the patterns.
paths as (
    select distinct page_path from pages
),

typed_paths as (
    select
        paths.page_path,
        page_types.page_type
    from paths
    inner join page_types
        on {{ matches_pattern('paths.page_path', 'page_types.path_pattern') }}
    qualify row_number() over (
        partition by paths.page_path order by page_types.priority
    ) = 1
),

typed_pages as (
    select
        pages.page_url,
        typed_paths.page_type
    from pages
    inner join typed_paths on pages.page_path = typed_paths.page_path
),

named as (
    select
        events.event_id,
        events.visitor_id,
        events.session_id,
        events.event_at,
        events.event_number,
        case
            when events.event_name = 'page_view'
                then coalesce(typed_pages.page_type, 'other')
            else events.event_name
        end as step
    from events
    left join typed_pages on events.page_url = typed_pages.page_url
),

with_previous as (
    select
        named.*,
        lag(step) over (
            partition by session_id order by event_number
        ) as previous_step
    from named
),

begun as (
    select * from with_previous
    where previous_step is null or step <> previous_step
),

steps as (
    select
        visitor_id,
        session_id,
        cast(row_number() over session_steps as bigint) as step_number,
        step,
        lead(step) over session_steps as next_step,
        event_id as first_event_id,
        event_at as step_at
    from begun
    window session_steps as (partition by session_id order by event_number)
)

select * from steps

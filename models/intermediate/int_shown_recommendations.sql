-- Recommendations that were shown to visitors, and which of them they clicked.
-- Grain: one row per session, recommendation_id and product, however often it was shown
-- there. A click tells of a showing that nothing else reports. The position is the one
-- on the page where events tell it, else the rank it was made at.
with

events as (
    select * from {{ ref('int_session_events') }}
    where
        event_name in ('view_item_list', 'select_item')
        and recommendation_id is not null
        and product_id is not null
),

shown as (
    select
        session_id,
        visitor_id,
        recommendation_id,
        product_id,
        min(event_at) as shown_at,
        min(case when event_name = 'select_item' then event_at end) as clicked_at,
        min(item_list_index) as item_list_index
    from events
    group by session_id, visitor_id, recommendation_id, product_id
),

told as (
    select
        session_id,
        visitor_id,
        recommendation_id,
        product_id,
        {{ recommendation_algorithm('recommendation_id') }} as algorithm,
        coalesce(
            cast(item_list_index as bigint),
            {{ recommendation_rank('recommendation_id') }}
        ) as position,
        shown_at,
        clicked_at
    from shown
)

select * from told

-- What people did, and in which visit.
-- Grain: one row per event of a session of people. Ties in time are broken by event id.
with

events as (
    select * from {{ ref('stg_store__events') }}
    where {{ visitor_changed() }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
    where {{ visitor_changed() }}
),

user_agents as (
    select * from {{ ref('int_user_agents') }}
),

people_events as (
    select events.*
    from events
    left join user_agents on events.user_agent = user_agents.user_agent
    where coalesce(user_agents.traffic_type, 'person') = 'person'
),

-- A session's first event names it; those after it are of the same one.
placed as (
    select
        people_events.*,
        {{ last_known('sessions.session_id') }} over visitor_so_far as session_id,
        {{ last_known('sessions.traffic_type') }} over visitor_so_far as traffic_type,
        cast(row_number() over visitor_so_far as bigint) as event_number
    from people_events
    left join sessions on people_events.event_id = sessions.first_event_id
    window visitor_so_far as (
        partition by people_events.visitor_id
        order by people_events.event_at, people_events.event_id
        rows between unbounded preceding and current row
    )
),

-- A browser may report an order again, as when its page is reloaded.
first_purchases as (
    select
        visitor_id,
        order_id,
        min(event_number) as event_number
    from placed
    where
        traffic_type = 'person'
        and event_name = 'purchase'
        and order_id is not null
    group by visitor_id, order_id
),

with_repeats as (
    select
        placed.*,
        placed.event_name = 'purchase'
        and coalesce(first_purchases.event_number < placed.event_number, false)
            as is_repeated_purchase
    from placed
    left join first_purchases
        on
            placed.visitor_id = first_purchases.visitor_id
            and placed.order_id = first_purchases.order_id
),

told as (
    select
        event_id,
        visitor_id,
        session_id,
        event_at,
        event_number,
        event_name,
        page_url,
        product_id,
        quantity,
        value,
        currency,
        order_id,
        is_repeated_purchase,
        search_term,
        search_results,
        item_list_id,
        item_list_index,
        recommendation_id
    from with_repeats
    where traffic_type = 'person'
)

select * from told

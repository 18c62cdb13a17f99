-- What visitors search for, and what comes of it.
-- Grain: one row per day and search term; a search counts on its own day (reporting
-- timezone). Terms are told in lower case with single spaces, missing ones (not set).
-- What happens in a session belongs to the latest search before it: opening a product
-- (select_item or view_item), and a purchase (a reloaded page's once). What comes after
-- the next search is that one's; what comes in another session is nobody's. A search
-- that found nothing has no results to click.
with

events as (
    select * from {{ ref('int_session_events') }}
    where event_name in ('search', 'select_item', 'view_item', 'purchase')
),

purchases as (
    select * from {{ ref('int_purchases') }}
),

numbered as (
    select
        events.*,
        purchases.event_id is not null as is_purchase,
        count(case when events.event_name = 'search' then 1 end) over (
            partition by events.session_id
            order by events.event_number
            rows between unbounded preceding and current row
        ) as search_number
    from events
    left join purchases on events.event_id = purchases.event_id
),

searches as (
    select
        session_id,
        search_number,
        max(case when event_name = 'search' then event_at end) as searched_at,
        max(case when event_name = 'search' then search_term end) as search_term,
        max(case when event_name = 'search' then search_results end) as search_results,
        count(case when event_name in ('select_item', 'view_item') then 1 end) > 0
            as is_clicked,
        count(case when is_purchase then 1 end) > 0 as is_purchased
    from numbered
    where search_number > 0
    group by session_id, search_number
),

termed as (
    select
        searches.*,
        {{ reporting_date('searched_at') }} as date_day,
        coalesce(
            nullif({{ normalised_search_term('search_term') }}, ''), '(not set)'
        ) as term
    from searches
),

counted as (
    select
        date_day,
        term as search_term,
        count(*) as searches,
        count(distinct session_id) as sessions,
        count(case when is_clicked and coalesce(search_results, 1) > 0 then 1 end)
            as searches_with_results_clicked,
        count(case when is_purchased then 1 end) as searches_with_purchase,
        count(search_results) as searches_with_known_results,
        case
            when count(search_results) > 0
                then count(case when search_results = 0 then 1 end)
        end as searches_without_results
    from termed
    group by date_day, term
),

with_rates as (
    select
        counted.*,
        {{ ratio('searches_with_results_clicked', 'searches') }} as click_rate,
        {{ ratio('searches_with_purchase', 'searches') }} as purchase_rate,
        {{ ratio('searches_without_results', 'searches_with_known_results') }}
            as no_result_rate
    from counted
)

select * from with_rates

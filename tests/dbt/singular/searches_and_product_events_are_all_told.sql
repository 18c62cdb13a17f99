-- Searches, views, carts and purchases that search_terms or product_funnel lost or told
-- twice, against the sessions they are of.
with

sessions as (
    select
        sum(searches) as searches,
        count(case when purchases > 0 then 1 end) as sessions_with_purchase
    from {{ ref('fct_sessions') }}
),

events as (
    select
        count(case when event_name = 'view_item' then 1 end) as views,
        count(case when event_name = 'add_to_cart' then 1 end) as carts
    from {{ ref('int_session_events') }}
    where product_id is not null
),

terms as (
    select
        coalesce(sum(searches), 0) as searches,
        coalesce(sum(searches_with_purchase), 0) as searches_with_purchase
    from {{ ref('search_terms') }}
),

products as (
    select
        coalesce(sum(views), 0) as views,
        coalesce(sum(carts), 0) as carts
    from {{ ref('product_funnel') }}
),

purchases as (
    select count(*) as purchases from {{ ref('int_purchases') }}
)

select *
from sessions
cross join events
cross join terms
cross join products
cross join purchases
where
    coalesce(sessions.searches, 0) <> terms.searches
    or terms.searches_with_purchase > purchases.purchases
    or events.views <> products.views
    or events.carts <> products.carts

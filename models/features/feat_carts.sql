-- What was known of an open cart, and of who filled it, strictly before a day began.
-- Grain: one row per as_of_at and cart_id of int_open_carts. Events count from when
-- they happened, however late they came; of a visit only what its first event says is
-- told.
with

open_carts as (
    select * from {{ ref('int_open_carts') }}
),

contents as (
    select * from {{ ref('feat_cart_contents') }}
),

visitors as (
    select * from {{ ref('feat_cart_visitors') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

joined as (
    select
        open_carts.as_of_date,
        as_of_at,
        open_carts.is_latest,
        cart_id,
        open_carts.visitor_id,
        {{ elapsed_seconds('open_carts.last_event_at', 'as_of_at') }} / 3600
            as hours_since_last_cart_event,
        contents.hours_since_opened,
        contents.add_to_carts,
        contents.remove_from_carts,
        contents.checkouts,
        contents.products,
        contents.cart_value,
        contents.is_in_checkout,
        visitors.visitor_sessions,
        visitors.visitor_events_24h,
        visitors.visitor_item_views_24h,
        visitors.visitor_purchases,
        visitors.days_since_last_purchase,
        case when sessions.device_category = 'mobile' then 1 else 0 end as is_mobile,
        sessions.channel_group,
        visitors.is_identified
    from open_carts
    inner join contents using (as_of_at, cart_id)
    inner join visitors using (as_of_at, cart_id)
    left join sessions on contents.last_session_id = sessions.session_id
)

select * from joined

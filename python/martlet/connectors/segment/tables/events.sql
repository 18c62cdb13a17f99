-- Purpose: what visitors did: tracked events, pages and screens, and when they said who
-- they are, which ties a device to a person.
-- Grain: one row per accepted row of tracks, pages, screens and identifies.
-- Time rule: timestamp is the device's clock, corrected by the collector, in UTC.

with

-- The e-commerce specification's names, those of its first version among them. What GA4
-- has no name for keeps its own.
event_names (event, event_name) as (
    values
        ('products_searched', 'search'),
        ('product_list_viewed', 'view_item_list'),
        ('viewed_product_category', 'view_item_list'),
        ('product_clicked', 'select_item'),
        ('clicked_product', 'select_item'),
        ('product_viewed', 'view_item'),
        ('viewed_product', 'view_item'),
        ('product_added', 'add_to_cart'),
        ('added_product', 'add_to_cart'),
        ('wishlist_product_added_to_cart', 'add_to_cart'),
        ('product_removed', 'remove_from_cart'),
        ('removed_product', 'remove_from_cart'),
        ('product_added_to_wishlist', 'add_to_wishlist'),
        ('cart_viewed', 'view_cart'),
        ('checkout_started', 'begin_checkout'),
        ('payment_info_entered', 'add_payment_info'),
        ('order_completed', 'purchase'),
        ('completed_order', 'purchase'),
        ('order_refunded', 'refund'),
        ('promotion_viewed', 'view_promotion'),
        ('viewed_promotion', 'view_promotion'),
        ('promotion_clicked', 'select_promotion'),
        ('clicked_promotion', 'select_promotion'),
        ('product_shared', 'share'),
        ('cart_shared', 'share'),
        ('signed_up', 'sign_up'),
        ('signed_in', 'login')
),

calls as (
    select 'tracks' as source_input, * from accepted_tracks
    union all by name
    select 'pages' as source_input, 'page_view' as event, * from accepted_pages
    union all by name
    select 'screens' as source_input, 'screen_view' as event, *
    from accepted_screens
    union all by name
    select 'identifies' as source_input, 'identify' as event, *
    from accepted_identifies
)

select
    source_row,
    source_input,
    id as event_id,
    -- What a server sends has no device. It goes under one named after the user.
    coalesce(anonymous_id, 'user:' || user_id) as visitor_id,
    user_id as customer_id,
    coalesce(timestamp, original_timestamp, received_at) as event_at,
    received_at,
    coalesce(event_names.event_name, event) as event_name,
    page_url,
    referrer_url,
    product_id,
    quantity,
    amount as value,
    currency,
    order_id,
    query as search_term,
    list_id as item_list_id,
    position as item_list_index,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    user_agent,
from calls
left join event_names using (event)

-- Purpose: what visitors did.
-- Grain: one row per accepted row of the export.

select
    source_row,
    event_id,
    visitor_id,
    customer_id,
    event_at,
    received_at,
    -- What GA4 collects by itself of a search is told under its recommended name.
    if(event_name = 'view_search_results', 'search', event_name) as event_name,
    page_url,
    referrer_url,
    nullif(product.item_id, '(not set)') as product_id,
    product.quantity as quantity,
    amount as value,
    currency,
    order_id,
    search_term,
    nullif(item_list_id, '(not set)') as item_list_id,
    try_cast(product.item_list_index as bigint) as item_list_index,
    engagement_time_ms,
    utm_source,
    utm_medium,
    utm_campaign,
    utm_content,
    utm_term,
    device_category,
    nullif(country, '') as country,
from accepted_events

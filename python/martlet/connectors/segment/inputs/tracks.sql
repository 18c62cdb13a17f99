-- Purpose: track calls with the properties of their event.
-- Grain: one row per row of tracks.

with

-- Order Completed, orderCompleted and ORDER_COMPLETED are one event.
named as (
    select
        * replace (
            trim(lower(regexp_replace(
                regexp_replace(event, '([a-z0-9])([A-Z])', '\1_\2', 'g'),
                '[^\pL\pN]+', '_', 'g'
            )), '_') as event
        ),
    from source_tracks
),

-- Dumps of several days may repeat a row.
details as (
    select
        id,
        to_json(events) as properties,
    from source_events as events
    qualify row_number() over (partition by id order by received_at desc nulls last) = 1
),

-- All properties as one JSON object: from the table of the event, else from tracks,
-- where some dumps keep them; a column with the whole object has the last word.
described as (
    select
        named.*,
        json_merge_patch(
            coalesce(details.properties, to_json(named)),
            if(json_valid(named.properties), named.properties, '{}')
        ) as given,
        given ->> 'products' as products_text,
        coalesce(json_valid(products_text) and starts_with(products_text, '['), true)
            as has_readable_products,
        if(has_readable_products, from_json(products_text, '[{
            "product_id": "VARCHAR", "sku": "VARCHAR", "name": "VARCHAR",
            "category": "VARCHAR", "brand": "VARCHAR",
            "price": "DECIMAL(18,4)", "quantity": "BIGINT"
        }]'), null) as items,
    from named
    left join details using (id)
),

typed as (
    select
        source_row,
        id,
        anonymous_id,
        user_id,
        timestamp,
        original_timestamp,
        received_at,
        event,
        page_url,
        referrer_url,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        user_agent,
        coalesce(given ->> 'product_id', given ->> 'sku') as product_id,
        given ->> 'name' as product_name,
        given ->> 'category' as category,
        given ->> 'brand' as brand,
        try_cast(given ->> 'price' as decimal(18, 4)) as price,
        try_cast(given ->> 'quantity' as bigint) as quantity,
        try_cast(given ->> 'position' as bigint) as position,
        given ->> 'list_id' as list_id,
        given ->> 'query' as query,
        given ->> 'order_id' as order_id,
        try_cast(given ->> 'shipping' as decimal(18, 4)) as shipping_amount,
        try_cast(given ->> 'tax' as decimal(18, 4)) as tax_amount,
        try_cast(given ->> 'discount' as decimal(18, 4)) as discount_amount,
        given ->> 'coupon' as coupon_code,
        upper(given ->> 'currency') as currency,
        given ->> 'email' as email,
        items,
        -- Revenue is without shipping and tax, total with them; a refund has the total.
        try_cast(coalesce(
            given ->> 'value',
            given ->> if(event = 'order_refunded', 'total', 'revenue'),
            given ->> 'total'
        ) as decimal(18, 4)) as amount,
        list_filter(
            json_extract_string(given, [
                'price', 'value', 'total', 'revenue', 'shipping', 'tax', 'discount'
            ]),
            lambda text: text is not null and try_cast(text as decimal(18, 4)) is null
        ) as unreadable_amounts,
        json_valid(properties) is distinct from false and has_readable_products
            as is_readable,
    from described
),

judged as (
    select
        *,
        coalesce(currency, cast(getvariable('reporting_currency') as varchar))
            as order_currency,
        -- The order that a purchase tells; amounts below zero are no order's.
        case
            when event not in ('order_completed', 'completed_order') then null
            when order_currency is null then null
            when least(shipping_amount, tax_amount, discount_amount, 0) < 0 then null
            when list_min(list_transform(
                items, lambda item: least(item.price, item.quantity)
            )) < 0 then null
            else order_id
        end as sale_id,
        if(is_readable and len(unreadable_amounts) = 0, null, 'unreadable_value')
            as refused_rule,
        'properties or products are no JSON, or an amount is no number'
            as refused_reason,
    from typed
)

select * from judged

-- Purpose: events with the parameters that the contract knows, and ids of their own.
-- Grain: one row per row of the export.
-- Time rule: event_timestamp is UTC already.

with

typed as (
    select
        *,
        coalesce(json_valid(event_params) and starts_with(event_params, '['), true)
            and coalesce(json_valid(items) and starts_with(items, '['), true)
            and list_bool_and(list_transform(
                [ecommerce, collected_traffic_source, device, geo],
                lambda nested: coalesce(json_valid(nested), true)
            )) as is_readable,
    from source_events
),

-- A parameter has its value in one of four columns; here all are text.
unpacked as (
    select
        *,
        from_json(event_params, '[{
            "key": "VARCHAR",
            "value": {
                "string_value": "VARCHAR", "int_value": "BIGINT",
                "float_value": "DOUBLE", "double_value": "DOUBLE"
            }
        }]') as params,
        list_transform(params, lambda param: param.key) as keys,
        list_transform(params, lambda param: coalesce(
            param.value.string_value,
            cast(param.value.int_value as varchar),
            cast(param.value.float_value as varchar),
            cast(param.value.double_value as varchar)
        )) as texts,
        list_sort(list_transform(
            list_zip(keys, texts), lambda pair: concat(pair[1], '=', pair[2])
        )) as pairs,
        from_json(items, '[{
            "item_id": "VARCHAR", "item_name": "VARCHAR",
            "item_brand": "VARCHAR", "item_category": "VARCHAR",
            "price": "DECIMAL(18,4)", "quantity": "BIGINT",
            "item_list_id": "VARCHAR", "item_list_index": "VARCHAR"
        }]') as products,
    from typed
    where is_readable
),

named as (
    select
        source_row,
        -- GA4 names no event. The batch numbers tell apart what one device sends;
        -- exports from before they came have the content instead. Nothing that differs
        -- between the intraday table of a day and its final one is part of it.
        md5(cast(json_object(
            'visitor', user_pseudo_id, 'at', event_timestamp, 'name', event_name,
            'bundle', event_bundle_sequence_id, 'page', batch_page_id,
            'request', batch_ordering_id, 'index', batch_event_index,
            'content',
            if(batch_event_index is null, [to_json(pairs), to_json(products)], null)
        ) as varchar)) as event_id,
        user_pseudo_id as visitor_id,
        user_id as customer_id,
        make_timestamp(event_timestamp) as event_at,
        -- The offset from collection to upload is negative where a clock is ahead.
        make_timestamp(event_timestamp
            + if(event_server_timestamp_offset < 0, 0, event_server_timestamp_offset))
            as received_at,
        event_name,
        texts[list_position(keys, 'page_location')] as page_url,
        texts[list_position(keys, 'page_referrer')] as referrer_url,
        texts[list_position(keys, 'search_term')] as search_term,
        texts[list_position(keys, 'engagement_time_msec')] as engagement_time_ms,
        texts[list_position(keys, 'coupon')] as coupon_code,
        nullif(coalesce(
            ecommerce ->> 'transaction_id', texts[list_position(keys, 'transaction_id')]
        ), '(not set)') as order_id,
        try_cast(coalesce(
            texts[list_position(keys, 'value')],
            ecommerce ->> 'purchase_revenue',
            ecommerce ->> 'refund_value'
        ) as decimal(18, 4)) as amount,
        upper(texts[list_position(keys, 'currency')]) as currency,
        cast(ecommerce ->> 'shipping_value' as decimal(18, 4)) as shipping_amount,
        cast(ecommerce ->> 'tax_value' as decimal(18, 4)) as tax_amount,
        products,
        -- An event on several products is on none of them.
        if(len(products) = 1, products[1], null) as product,
        coalesce(products[1].item_list_id, texts[list_position(keys, 'item_list_id')])
            as item_list_id,
        -- The campaign of this very event. Columns on the session's or the person's
        -- first campaign are left out: they would turn direct visits into campaign
        -- visits.
        nullif(coalesce(
            collected_traffic_source ->> 'manual_source',
            texts[list_position(keys, 'source')]
        ), '(direct)') as utm_source,
        nullif(coalesce(
            collected_traffic_source ->> 'manual_medium',
            texts[list_position(keys, 'medium')]
        ), '(none)') as utm_medium,
        coalesce(
            collected_traffic_source ->> 'manual_campaign_name',
            texts[list_position(keys, 'campaign')]
        ) as utm_campaign,
        coalesce(
            collected_traffic_source ->> 'manual_content',
            texts[list_position(keys, 'content')]
        ) as utm_content,
        coalesce(
            collected_traffic_source ->> 'manual_term',
            texts[list_position(keys, 'term')]
        ) as utm_term,
        device ->> 'category' as device_category,
        geo ->> 'country' as country,
    from unpacked
),

judged as (
    select
        *,
        -- GA4 takes an amount without a currency for one in the property's own.
        coalesce(currency, cast(getvariable('reporting_currency') as varchar))
            as order_currency,
        -- The order that a purchase tells; amounts below zero are no order's.
        case
            when event_name <> 'purchase' or order_currency is null then null
            when least(shipping_amount, tax_amount, 0) < 0 then null
            when list_min(list_transform(
                products, lambda item: least(item.price, item.quantity)
            )) < 0 then null
            else order_id
        end as sale_id,
        if(visitor_id is null, 'no_visitor', null) as refused_rule,
        'names no visitor, because analytics storage was not consented to'
            as refused_reason,
    from named
)

select * from judged
union all by name
select
    source_row,
    'unreadable_value' as refused_rule,
    'a nested column is not the JSON that it should be' as refused_reason,
from typed
where not is_readable

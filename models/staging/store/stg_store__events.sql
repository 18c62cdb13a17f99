-- What visitors do.
-- Grain: one row per event; of several versions the latest.
{{ config(
    materialized='incremental',
    incremental_strategy='by_load',
    unique_key='event_id',
    meta={'raw_table': 'events', 'by_day': 'event_at'},
    pre_hook='{{ forget_settings() }}',
    post_hook=['{{ note_change() }}', '{{ note_taken_loads() }}']
) }}
{%- set loads = load_changes('events') %}

with

source as (
    select * from {{ source('store', 'events') }}
    where {{ to_take_in(loads, key='event_id') }}
),

renamed as (
    select
        event_id,
        visitor_id,
        customer_id as source_customer_id,
        event_at,
        received_at,
        lower(trim(event_name)) as event_name,
        page_url,
        referrer_url,
        product_id,
        quantity,
        value,
        upper(trim(currency)) as currency,
        order_id,
        search_term,
        search_results,
        item_list_id,
        item_list_index,
        recommendation_id,
        engagement_time_ms,
        utm_source,
        utm_medium,
        utm_campaign,
        utm_content,
        utm_term,
        device_category,
        country,
        user_agent,
        load_id
    from source
    where event_id is not null
        and {{ happened_before_as_of_date('event_at') }}
),

-- Rows already stored stand for all the versions that they won over.
versions as (
    select * from renamed
    {%- if is_incremental() %}
    union all
    {{ stored_rows() }}
    where event_id in (select event_id from renamed)
        and not {{ came_with(loads.gone) }}
    {%- endif %}
),

latest as (
    {{ latest_version('versions', key=['event_id'], prefer=['received_at']) }}
)

select * from latest

-- Where every raw row went.
-- Grain: one row per raw table. Rows read are staged, superseded by another version of
-- the same key, or unusable for want of a key; the three add up.
{%- set tables = [
    'customers', 'products', 'orders', 'order_items', 'returns', 'inventory', 'events',
    'campaigns', 'ad_spend', 'campaign_touches', 'campaign_assignments', 'consents',
    'reviews', 'support_messages',
] %}
with

{% for table in tables -%}
raw_{{ table }} as (
    select
        count(*) as raw_rows,
        count(case
            when {{ raw_key(table) | join(' is null or ') }} is null then 1
        end) as unkeyed_rows
    from {{ source('store', table) }}
),

staged_{{ table }} as (
    select count(*) as staged_rows from {{ ref('stg_store__' ~ table) }}
),

{% endfor -%}
counted as (
    {%- for table in tables %}
    select
        '{{ table }}' as table_name,
        raw_{{ table }}.raw_rows,
        staged_{{ table }}.staged_rows,
        raw_{{ table }}.unkeyed_rows
    from raw_{{ table }}
    cross join staged_{{ table }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

reconciled as (
    select
        table_name,
        raw_rows,
        staged_rows,
        raw_rows - unkeyed_rows - staged_rows as superseded_rows,
        unkeyed_rows
    from counted
)

select * from reconciled

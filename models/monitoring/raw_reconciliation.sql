-- Where every raw row went.
-- Grain: one row per raw table. Rows read are staged, superseded by another version of
-- the same key, unusable for want of a key, or later than the as_of_date variable; the
-- four add up.
{%- set tables = [
    'customers', 'products', 'orders', 'order_items', 'returns', 'inventory', 'events',
    'campaigns', 'ad_spend', 'campaign_touches', 'campaign_assignments', 'consents',
    'reviews', 'support_messages',
] %}
with

{% for table in tables -%}
{%- set has_no_key = (raw_contract(table, 'key') or ['key']) | join(' is null or ')
    ~ ' is null' -%}
{%- set happened_at = none if raw_contract(table, 'told_at_every_date')
    else raw_contract(table, 'happened_at') -%}
raw_{{ table }} as (
    select
        count(*) as raw_rows,
        count(case when {{ has_no_key }} then 1 end) as unkeyed_rows,
        {%- if happened_at %}
        count(case
            when
                not ({{ has_no_key }})
                and not ({{ happened_before_as_of_date(
                    happened_at, is_day=happened_at.endswith(('_date', '_day'))
                ) }})
                then 1
        end) as later_rows
        {%- else %}
        0 as later_rows
        {%- endif %}
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
        raw_{{ table }}.unkeyed_rows,
        raw_{{ table }}.later_rows
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
        raw_rows - unkeyed_rows - later_rows - staged_rows as superseded_rows,
        unkeyed_rows,
        later_rows
    from counted
)

select * from reconciled

-- Sales of each month by category, with totals, fit to leave the house.
-- Grain: one row per month and category, `(all)` for the total.
{%- set dimensions = ['category'] %}
{%- set measures = ['items', 'sales'] %}
{{ config(meta={
    'released_as': 'Sales by product category',
    'dimensions': dimensions,
    'measures': measures,
}) }}
with

customers as (
    select * from {{ ref('sales_by_category_customers') }}
),

judged as (
    {{ judged_cells('customers', dimensions, measures, 'sales') }}
),

told as (
    select
        month,
        category,
        is_suppressed,
        case when not is_suppressed then customers end as customers,
        case when not is_suppressed then cast(items as bigint) end as items,
        case when not is_suppressed then {{ money('sales') }} end as sales,
        '{{ reporting_currency() }}' as currency
    from judged
)

select * from told

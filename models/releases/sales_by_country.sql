-- Sales of each month by the customer's country and the sales channel, with totals, fit
-- to leave the house.
-- Grain: one row per month, country and sales channel, `(all)` for the total over one.
{%- set dimensions = ['country', 'sales_channel'] %}
{%- set measures = ['orders', 'sales'] %}
{{ config(meta={
    'released_as': 'Sales by country and sales channel',
    'dimensions': dimensions,
    'measures': measures,
}) }}
with

customers as (
    select * from {{ ref('sales_by_country_customers') }}
),

judged as (
    {{ judged_cells('customers', dimensions, measures, 'sales') }}
),

told as (
    select
        month,
        country,
        sales_channel,
        is_suppressed,
        case when not is_suppressed then customers end as customers,
        case when not is_suppressed then cast(orders as bigint) end as orders,
        case when not is_suppressed then {{ money('sales') }} end as sales,
        '{{ reporting_currency() }}' as currency
    from judged
)

select * from told

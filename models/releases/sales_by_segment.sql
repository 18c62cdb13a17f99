-- Sales of each month by the RFM segment in which its buyers ended it, with totals, fit
-- to leave the house.
-- Grain: one row per month and segment, `(all)` for the total.
{%- set dimensions = ['rfm_segment'] %}
{%- set measures = ['orders', 'sales'] %}
{{ config(meta={
    'released_as': 'Sales by RFM segment',
    'dimensions': dimensions,
    'measures': measures,
}) }}
with

customers as (
    select * from {{ ref('sales_by_segment_customers') }}
),

judged as (
    {{ judged_cells('customers', dimensions, measures, 'sales') }}
),

told as (
    select
        month,
        rfm_segment,
        is_suppressed,
        case when not is_suppressed then customers end as customers,
        case when not is_suppressed then cast(orders as bigint) end as orders,
        case when not is_suppressed then {{ money('sales') }} end as sales,
        '{{ reporting_currency() }}' as currency
    from judged
)

select * from told

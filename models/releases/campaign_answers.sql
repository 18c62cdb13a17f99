-- Whom campaigns contacted in each month and whether they answered, with totals, fit to
-- leave the house.
-- Grain: one row per month, campaign and answer, `(all)` for the total over one.
{%- set dimensions = ['campaign_id', 'answer'] %}
{%- set measures = ['contacts'] %}
{{ config(meta={
    'released_as': 'Answers to campaigns',
    'dimensions': dimensions,
    'measures': measures,
}) }}
with

customers as (
    select * from {{ ref('campaign_answers_customers') }}
),

judged as (
    {{ judged_cells('customers', dimensions, measures) }}
),

told as (
    select
        month,
        campaign_id,
        answer,
        is_suppressed,
        case when not is_suppressed then customers end as customers,
        case when not is_suppressed then cast(contacts as bigint) end as contacts
    from judged
)

select * from told

-- First and last day of the data, the first ones of orders and of events (null without
-- any), and the date everything is told as of.
-- Grain: one row. as_of_date is the variable, else the day after the last day of an
-- order, event, return, touch, assignment or day of spend; never the clock.
with

orders as (
    select ordered_at from {{ ref('stg_store__orders') }}
),

events as (
    select event_at from {{ ref('stg_store__events') }}
),

returns as (
    select returned_at from {{ ref('stg_store__returns') }}
),

touches as (
    select touched_at from {{ ref('stg_store__campaign_touches') }}
),

assignments as (
    select assigned_at from {{ ref('stg_store__campaign_assignments') }}
),

spend as (
    select date_day from {{ ref('stg_store__ad_spend') }}
),

extremes as (
    select 'orders' as feed, min(ordered_at) as first_at, max(ordered_at) as last_at
    from orders
    union all
    select 'events', min(event_at), max(event_at) from events
    union all
    select 'returns', min(returned_at), max(returned_at) from returns
    union all
    select 'touches', min(touched_at), max(touched_at) from touches
    union all
    select 'assignments', min(assigned_at), max(assigned_at) from assignments
),

days as (
    select
        feed,
        {{ reporting_date('first_at') }} as first_date,
        {{ reporting_date('last_at') }} as last_date
    from extremes
    union all
    select 'spend', min(date_day), max(date_day) from spend
),

-- A store without any data still has one row, so that nothing downstream breaks.
period as (
    select
        coalesce(min(first_date), cast('1970-01-01' as date)) as first_date,
        coalesce(max(last_date), cast('1970-01-01' as date)) as last_date,
        min(case when feed = 'orders' then first_date end) as first_order_date,
        min(case when feed = 'events' then first_date end) as first_event_date
    from days
),

as_of as (
    select
        first_date,
        last_date,
        first_order_date,
        first_event_date,
        {% if var('as_of_date', none) -%}
        cast('{{ var("as_of_date") }}' as date) as as_of_date
        {%- else -%}
        cast({{ days_later('last_date', 1) }} as date) as as_of_date
        {%- endif %}
    from period
),

with_instant as (
    select
        first_date,
        last_date,
        first_order_date,
        first_event_date,
        as_of_date,
        {{ start_of_reporting_date('as_of_date') }} as as_of_at
    from as_of
)

select * from with_instant

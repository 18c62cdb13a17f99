-- How long events took to arrive.
-- Grain: one row per load and band of lateness; a band holds events up to its limit.
with

events as (
    select * from {{ ref('stg_store__events') }}
),

timed as (
    select
        coalesce(load_id, '(by hand)') as load_id,
        {{ elapsed_seconds('event_at', 'received_at') }} as lateness_s
    from events
),

banded as (
    select
        *,
        case
            when lateness_s is null then 7
            when lateness_s <= 60 then 1
            when lateness_s <= 3600 then 2
            when lateness_s <= 86400 then 3
            when lateness_s <= 7 * 86400 then 4
            when lateness_s <= 30 * 86400 then 5
            else 6
        end as lateness_rank
    from timed
),

counted as (
    select
        load_id,
        lateness_rank,
        case lateness_rank
            when 1 then 'a minute'
            when 2 then 'an hour'
            when 3 then 'a day'
            when 4 then 'a week'
            when 5 then '30 days'
            when 6 then 'longer'
            else 'not known'
        end as lateness,
        count(*) as events,
        max(lateness_s) / 3600 as greatest_lateness_h
    from banded
    group by load_id, lateness_rank
)

select * from counted

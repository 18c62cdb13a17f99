-- Days whose carts are not all purchased, abandoned, emptied or open, or do not add up
-- to the carts that there are and to what was left in them.
with

carts as (
    select
        {{ reporting_date('last_event_at') }} as date_day,
        count(*) as carts,
        count(purchase_event_id) as purchased_carts
    from {{ ref('int_carts') }}
    group by 1
),

abandoned as (
    select
        abandoned_date as date_day,
        count(*) as abandoned_carts,
        count(recovered_order_id) as recovered_carts,
        coalesce(sum(cart_value), 0) as abandoned_value,
        coalesce(sum(recovered_value), 0) as recovered_value
    from {{ ref('cart_abandonment') }}
    group by abandoned_date
),

days as (
    select
        date_day,
        sum(carts) as carts,
        sum(purchased_carts) as purchased_carts,
        sum(abandoned_carts) as abandoned_carts,
        sum(emptied_carts) as emptied_carts,
        sum(open_carts) as open_carts,
        sum(recovered_carts) as recovered_carts,
        sum(abandoned_value) as abandoned_value,
        sum(recovered_value) as recovered_value
    from {{ ref('cart_abandonment_rates') }}
    group by date_day
)

select
    coalesce(carts.date_day, days.date_day) as date_day,
    carts.carts as carts_expected,
    days.carts,
    abandoned.abandoned_carts as abandoned_carts_expected,
    days.abandoned_carts
from carts
full outer join days on carts.date_day = days.date_day
left join abandoned on days.date_day = abandoned.date_day
where
    carts.date_day is null
    or days.date_day is null
    or carts.carts <> days.carts
    or carts.purchased_carts <> days.purchased_carts
    or days.carts <> days.purchased_carts + days.abandoned_carts
    + days.emptied_carts + days.open_carts
    or coalesce(abandoned.abandoned_carts, 0) <> days.abandoned_carts
    or coalesce(abandoned.recovered_carts, 0) <> days.recovered_carts
    or coalesce(abandoned.abandoned_value, 0) <> days.abandoned_value
    or coalesce(abandoned.recovered_value, 0) <> days.recovered_value

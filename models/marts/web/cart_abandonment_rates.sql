-- How many carts were bought, left and bought after all, day by day.
-- Grain: one row per day, channel group and device category with a cart. A cart counts
-- on the day of its last event, so that days add up to cart_abandonment; its purchase
-- or recovery counts on that day too. Neither open nor emptied carts enter the rate.
with

carts as (
    select * from {{ ref('int_cart_outcomes') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

abandoned as (
    select * from {{ ref('cart_abandonment') }}
),

told as (
    select
        carts.last_event_date as date_day,
        coalesce(sessions.channel_group, 'Unassigned') as channel_group,
        coalesce(sessions.device_category, '(not set)') as device_category,
        carts.cart_status,
        abandoned.is_recovered,
        abandoned.cart_value,
        abandoned.recovered_value
    from carts
    left join sessions on carts.session_id = sessions.session_id
    left join abandoned on carts.cart_id = abandoned.cart_id
),

counted as (
    select
        date_day,
        channel_group,
        device_category,
        count(*) as carts,
        count(case when cart_status = 'purchased' then 1 end) as purchased_carts,
        count(case when cart_status = 'abandoned' then 1 end) as abandoned_carts,
        count(case when cart_status = 'emptied' then 1 end) as emptied_carts,
        count(case when cart_status = 'open' then 1 end) as open_carts,
        count(case when is_recovered then 1 end) as recovered_carts,
        {{ money('coalesce(sum(cart_value), 0)') }} as abandoned_value,
        {{ money('coalesce(sum(recovered_value), 0)') }} as recovered_value
    from told
    group by date_day, channel_group, device_category
),

rated as (
    select
        date_day,
        channel_group,
        device_category,
        carts,
        purchased_carts,
        abandoned_carts,
        emptied_carts,
        open_carts,
        recovered_carts,
        {{ ratio('abandoned_carts', 'purchased_carts + abandoned_carts') }}
            as abandonment_rate,
        {{ ratio('recovered_carts', 'abandoned_carts') }} as recovery_rate,
        abandoned_value,
        recovered_value,
        '{{ reporting_currency() }}' as currency
    from counted
)

select * from rated

-- Whether whom a campaign contacted responded within the response horizon.
-- Grain: one row per contact_id, a contact with somebody known by then who answered to
-- the same campaign or placed a counted order in the window, for windows that have
-- closed; a window holds the instant of the contact and not its last.
with

period as (
    select * from {{ ref('int_data_period') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

contacts as (
    select
        touches.touch_id as contact_id,
        touches.customer_id,
        touches.campaign_id,
        touches.touched_at as contacted_at,
        {{ days_later('touches.touched_at', var('response_horizon_days')) }}
            as window_end_at
    from touches
    where
        touches.touch_type in {{ campaign_contacts() }}
        and touches.identified_at <= touches.touched_at
),

closed as (
    select contacts.*
    from contacts
    inner join period on contacts.window_end_at <= period.as_of_at
),

answers as (
    select distinct
        closed.contact_id,
        closed.contacted_at,
        1 as is_clicked,
        0 as is_ordered
    from closed
    inner join touches
        on
            closed.customer_id = touches.customer_id
            and closed.campaign_id = touches.campaign_id
            and touches.touched_at >= closed.contacted_at
            and touches.touched_at < closed.window_end_at
    where touches.touch_type in {{ campaign_responses() }}
    union all
    select distinct
        closed.contact_id,
        closed.contacted_at,
        0 as is_clicked,
        1 as is_ordered
    from closed
    inner join orders
        on
            closed.customer_id = orders.customer_id
            and orders.ordered_at >= closed.contacted_at
            and orders.ordered_at < closed.window_end_at
),

responded as (
    select
        contact_id,
        contacted_at,
        max(is_clicked) as is_clicked,
        max(is_ordered) as is_ordered
    from answers
    group by contact_id, contacted_at
)

select * from responded

-- Moments at which a person came to the shop or answered a campaign: a visit, whatever
-- brought it, a click or a share, a coupon redeemed. Sending is no touch, nor is
-- opening unless `attribution_counts_opens` says so, since mail clients open by
-- themselves.
-- Grain: one row per touch; the same campaign and channel again within the session
-- timeout is the same touch. A campaign's touches are told under its own channel;
-- visits that no known campaign brought have none, and the visit's channel.
with

visits as (
    select * from {{ ref('fct_visit_touches') }}
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

reported as (
    select * from {{ ref('fct_campaign_touches') }}
    where
        touch_type in {{ campaign_responses() }}
        {%- if var('attribution_counts_opens') %}
        or touch_type = 'open'
        {%- endif %}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and coupon_code is not null
),

-- Tills and shops note a coupon once the order is there; it came with it.
redeemed as (
    select
        reported.touch_id,
        max(orders.ordered_at) as ordered_at
    from reported
    inner join orders
        on
            reported.customer_id = orders.customer_id
            and reported.touched_at >= orders.ordered_at
            and reported.touched_at <= {{ seconds_later(
                'orders.ordered_at', var('session_timeout_seconds')
            ) }}
    where reported.touch_type = 'coupon_redeemed'
    group by reported.touch_id
),

touches as (
    select * from visits
    union all
    select
        reported.touch_id,
        reported.touch_type,
        reported.campaign_id,
        null,
        reported.customer_id,
        reported.visitor_id,
        coalesce(redeemed.ordered_at, reported.touched_at)
    from reported
    left join redeemed on reported.touch_id = redeemed.touch_id
),

-- A person where one is known, else the device.
with_person as (
    select
        touches.touch_id,
        touches.touch_type,
        touches.campaign_id,
        case
            when touches.campaign_id is null
                then coalesce(touches.channel_group, 'Unassigned')
            else coalesce(campaigns.channel_group, 'Unassigned')
        end as channel_group,
        coalesce(touches.customer_id, touches.visitor_id) as person_id,
        touches.touched_at
    from touches
    left join campaigns on touches.campaign_id = campaigns.campaign_id
    where coalesce(touches.customer_id, touches.visitor_id) is not null
),

with_previous as (
    select
        with_person.*,
        lag(touched_at) over (
            partition by person_id, campaign_id, channel_group
            order by touched_at, touch_id
        ) as previous_touched_at
    from with_person
),

first_touches as (
    select
        touch_id,
        touch_type,
        campaign_id,
        channel_group,
        person_id,
        touched_at
    from with_previous
    where
        previous_touched_at is null
        or touched_at > {{ seconds_later(
            'previous_touched_at', var('session_timeout_seconds')
        ) }}
)

select * from first_touches

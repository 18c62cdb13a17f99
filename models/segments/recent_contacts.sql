-- Whom campaigns contacted lately, for exports not to contact anybody too often.
-- Grain: one row per customer, campaign and day; a coupon and the mail that brings it
-- are one contact. An advert that was seen is none: nobody was written to.
with

period as (
    select * from {{ ref('int_data_period') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where touch_type in ('sent', 'coupon_issued') and customer_id is not null
),

dated as (
    select
        touches.customer_id,
        touches.campaign_id,
        {{ reporting_date('touches.touched_at') }} as contact_date,
        touches.touched_at
    from touches
    inner join period on touches.identified_at < period.as_of_at
    where touches.touched_at >= {{ days_later(
        'period.as_of_at', '-' ~ var('contact_cap_days')
    ) }}
),

contacts as (
    select
        customer_id,
        campaign_id,
        contact_date,
        max(touched_at) as contacted_at
    from dated
    group by customer_id, campaign_id, contact_date
)

select * from contacts

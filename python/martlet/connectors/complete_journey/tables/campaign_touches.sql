-- Purpose: who was sent which campaign, and which coupons came back. Who was targeted
-- was chosen, not drawn by lot: these are touches and no arms of an experiment.
-- Grain: one row per campaign and household sent, and per coupon redeemed.
-- Time rule: campaigns reach a household as their first day begins.

select
    'targetings' as source_input,
    targetings.source_row,
    concat_ws('-', 'sent', campaign_id, household_id) as touch_id,
    campaign_id,
    household_id as customer_id,
    'sent' as touch_type,
    timezone('UTC', timezone(
        getvariable('reporting_timezone'), cast(start_date as timestamp)
    )) as touched_at,
from accepted_targetings as targetings
left join accepted_campaign_descriptions using (campaign_id)
union all
select
    'redemptions',
    source_row,
    concat_ws('-', 'redeemed', campaign_id, household_id, coupon_upc, redemption_date),
    campaign_id,
    household_id,
    'coupon_redeemed',
    redeemed_at,
from accepted_redemptions

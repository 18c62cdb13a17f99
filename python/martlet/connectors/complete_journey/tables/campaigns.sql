-- Purpose: the campaigns, all of them coupons. The files name none; the type says how
-- coupons were chosen (A: sixteen for each household, B and C: the same for all).
-- Grain: one row per campaign.

select
    'campaign_descriptions' as source_input,
    source_row,
    campaign_id,
    concat_ws(', ', 'Campaign ' || campaign_id, campaign_type) as campaign_name,
    'coupon' as campaign_type,
    start_date as starts_on,
    end_date as ends_on,
from accepted_campaign_descriptions

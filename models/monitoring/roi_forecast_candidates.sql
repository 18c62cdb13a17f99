-- Models of campaigns' returns that were compared, beside the mean of past campaigns.
-- Empty until they have run.
-- Grain: one row per candidate and validation.
with

judged as (
    select * from {{ ref('pred_roi_forecast_candidates') }}
)

select * from judged

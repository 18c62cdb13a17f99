-- What the weeks sold, beside what the model of media makes of them. Empty until it has
-- run.
-- Grain: one row per week.
with

judged as (
    select * from {{ ref('pred_media_weeks') }}
)

select * from judged

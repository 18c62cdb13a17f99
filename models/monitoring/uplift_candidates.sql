-- Learners of uplift that were compared, and which one serves. Empty until the model
-- has run.
-- Grain: one row per candidate.
with

judged as (
    select * from {{ ref('pred_uplift_candidates') }}
)

select * from judged

-- What treating the customers ranked first would have gained in the campaign that the
-- uplift model was judged on. Empty until it has run.
-- Grain: one row per depth.
with

judged as (
    select * from {{ ref('pred_uplift_curves') }}
)

select * from judged

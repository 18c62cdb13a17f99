-- Algorithms that were compared for each target, and why one of them serves.
-- Grain: one row per model and algorithm. Empty until the models have run.
with

candidates as (
    select * from {{ ref('pred_model_candidates') }}
)

select * from candidates

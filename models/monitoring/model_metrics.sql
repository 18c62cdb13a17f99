-- Quality of the model behind each served output. Empty until the models have run.
-- Grain: one row per model, metric and what it was judged on.
with

metrics as (
    select * from {{ ref('pred_model_metrics') }}
)

select * from metrics

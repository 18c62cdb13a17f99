-- Warns of groups of customers whom a model treats differently from all, by more than
-- fairness_max_gap.
{{ config(severity='warn') }}
select
    model_name,
    attribute,
    group_name,
    selection_rate_gap,
    true_positive_rate_gap,
    false_positive_rate_gap,
    calibration_gap
from {{ ref('score_fairness') }}
where is_gap_large

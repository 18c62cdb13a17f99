-- Every way of clustering that was tried by the run whose clusters are served.
-- Grain: one row per parameter_value.
with

assignments as (
    select * from {{ ref('pred_customer_clusters') }}
),

outputs as (
    select * from {{ source('ml', 'cluster_quality') }}
),

fits as (
    select distinct coalesce(fitted_by, run_id) as run_id
    from assignments
),

served as (
    select outputs.*
    from outputs
    inner join fits on outputs.run_id = fits.run_id
)

select * from served

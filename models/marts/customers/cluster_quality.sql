-- The ways of clustering customers that were tried, how well each parts them, and why
-- one was chosen. Empty until clustering has run.
-- Grain: one row per parameter_value, of the run whose clusters are served.
with

quality as (
    select * from {{ ref('pred_cluster_quality') }}
),

told as (
    select
        run_id,
        method,
        parameter,
        parameter_value,
        clusters,
        noise_share,
        silhouette,
        inertia,
        davies_bouldin,
        calinski_harabasz,
        dunn,
        stability,
        stability_ci_low,
        stability_ci_high,
        is_chosen,
        reason
    from quality
)

select * from told

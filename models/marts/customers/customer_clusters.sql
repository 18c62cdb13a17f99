-- Which cluster each customer belongs to. Empty until clustering has run.
-- Grain: one row per customer.
with

clusters as (
    select * from {{ ref('pred_customer_clusters') }}
),

told as (
    select
        as_of_date,
        customer_id,
        cluster_id,
        cluster_name,
        distance_to_centroid,
        run_id
    from clusters
)

select * from told

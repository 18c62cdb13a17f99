-- Clusters with another number of customers than are in them, or shares that are not
-- those of one whole.
with

counted as (
    select
        cluster_id,
        count(*) as customers
    from {{ ref('customer_clusters') }}
    group by cluster_id
),

profiles as (
    select distinct
        cluster_id,
        customers,
        customer_share,
        net_sales_share
    from {{ ref('cluster_profiles') }}
),

compared as (
    select
        coalesce(counted.cluster_id, profiles.cluster_id) as cluster_id,
        counted.customers,
        profiles.customers as profiled_customers,
        sum(profiles.customer_share) over () as all_customers,
        sum(profiles.net_sales_share) over () as all_net_sales
    from counted
    full outer join profiles on counted.cluster_id = profiles.cluster_id
)

select * from compared
where
    customers is distinct from profiled_customers
    or abs(all_customers - 1) > 0.000001
    or abs(all_net_sales - 1) > 0.000001

-- What sets each cluster apart: how many customers it has, what they bring, and each
-- feature's mean beside that of all. Empty until clustering has run.
-- Grain: one row per cluster and feature. The customers are those who are in a cluster
-- now, with their features of now, whenever the clusters were fitted.
with

clusters as (
    select * from {{ ref('customer_clusters') }}
),

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

members as (
    select
        clusters.cluster_id,
        clusters.cluster_name,
        features.*
    from clusters
    inner join features on clusters.customer_id = features.customer_id
),

sizes as (
    select
        cluster_id,
        cluster_name,
        count(*) as customers,
        sum(net_sales) as net_sales
    from members
    group by cluster_id, cluster_name
),

with_shares as (
    select
        sizes.*,
        {{ ratio('customers', 'sum(customers) over ()') }} as customer_share,
        {{ ratio('net_sales', 'sum(net_sales) over ()') }} as net_sales_share
    from sizes
),

-- Decimals add up the same in every order.
measured as (
    {%- for feature in cluster_features() %}
    select
        cluster_id,
        '{{ feature }}' as feature,
        {{ as_decimal(feature, 18, 6) }} as value
    from members
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

of_all as (
    select
        feature,
        {{ ratio('sum(value)', 'count(value)') }} as mean,
        stddev_pop(value) as standard_deviation
    from measured
    group by feature
),

of_clusters as (
    select
        cluster_id,
        feature,
        {{ ratio('sum(value)', 'count(value)') }} as mean
    from measured
    group by cluster_id, feature
),

told as (
    select
        with_shares.cluster_id,
        with_shares.cluster_name,
        with_shares.customers,
        with_shares.customer_share,
        {{ money('with_shares.net_sales') }} as net_sales,
        with_shares.net_sales_share,
        '{{ reporting_currency() }}' as currency,
        of_clusters.feature,
        of_clusters.mean,
        of_all.mean as mean_of_all,
        {{ nearest('of_all.standard_deviation', 9) }} as standard_deviation_of_all,
        round({{ ratio(
            'of_clusters.mean - of_all.mean', nearest('of_all.standard_deviation', 9)
        ) }}, 6) as deviation
    from of_clusters
    inner join of_all on of_clusters.feature = of_all.feature
    inner join with_shares on of_clusters.cluster_id = with_shares.cluster_id
)

select * from told

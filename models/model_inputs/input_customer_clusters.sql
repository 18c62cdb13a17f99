-- What customers are clustered by: the features at the latest as_of_date of those who
-- ever bought.
-- Grain: one row per customer.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest and orders > 0
),

selected as (
    select
        as_of_date,
        customer_id
        {%- for feature in cluster_features() %},
        cast({{ feature }} as double) as {{ feature }}
        {%- endfor %}
    from features
)

select * from selected

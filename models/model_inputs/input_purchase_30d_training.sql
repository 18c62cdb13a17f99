-- Features at past as_of_dates joined to whether the customer then bought.
-- Grain: one row per as_of_date and customer, for dates whose window has closed.
with

dates as (
    select * from {{ ref('input_purchase_30d_dates') }}
    where not is_latest
),

features as (
    select * from {{ ref('feat_customers') }}
),

labels as (
    select * from {{ ref('label_purchase_30d') }}
),

joined as (
    select
        {{ customer_feature_columns('features') }},
        case when labels.customer_id is null then 0 else 1 end as label
    from features
    inner join dates on features.as_of_date = dates.as_of_date
    left join labels
        on
            features.as_of_date = labels.as_of_date
            and features.customer_id = labels.customer_id
)

select * from joined

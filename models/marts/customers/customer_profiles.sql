-- What the shop knows of each person, in one row.
-- Grain: one row per customer known before as_of_date. Cluster and score are null until
-- the models have run; is_scored says so.
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

customers as (
    select * from {{ ref('dim_customers') }}
),

rfm as (
    select * from {{ ref('customer_rfm') }}
),

clusters as (
    select * from {{ ref('customer_clusters') }}
),

scores as (
    select * from {{ ref('customer_scores') }}
    where model_name = 'purchase_30d'
),

consents as (
    select * from {{ ref('identity_consents') }}
    where purpose = 'marketing'
),

granted as (
    select
        customer_id,
        count(case when channel = 'email' and is_granted then 1 end) > 0
            as has_email_consent,
        count(case when channel = 'sms' and is_granted then 1 end) > 0
            as has_sms_consent
    from consents
    group by customer_id
),

profiles as (
    select
        features.as_of_date,
        features.customer_id,
        customers.is_guest,
        customers.gender,
        customers.birth_year,
        customers.country,
        customers.city,
        customers.membership_tier,
        features.tenure_days,
        features.recency_days,
        cast(features.orders as bigint) as orders,
        features.net_sales,
        features.gross_margin,
        '{{ reporting_currency() }}' as currency,
        features.average_order_value,
        features.discount_share,
        features.return_share,
        features.mean_days_between_orders,
        features.sessions_30d,
        features.item_views_30d,
        features.add_to_carts_30d,
        rfm.rfm_score,
        rfm.rfm_segment,
        clusters.cluster_name,
        scores.score as purchase_score,
        scores.decile as purchase_decile,
        scores.customer_id is not null as is_scored,
        coalesce(granted.has_email_consent, false) as has_email_consent,
        coalesce(granted.has_sms_consent, false) as has_sms_consent
    from features
    inner join customers on features.customer_id = customers.customer_id
    left join rfm on features.customer_id = rfm.customer_id
    left join clusters on features.customer_id = clusters.customer_id
    left join scores on features.customer_id = scores.customer_id
    left join granted on features.customer_id = granted.customer_id
)

select * from profiles

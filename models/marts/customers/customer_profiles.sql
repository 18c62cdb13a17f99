-- What the shop knows of each person, in one row: who they are, what they do, like and
-- are worth, where they may be lost, and whether they may be written to.
-- Grain: one row per customer known before as_of_date. What models tell is null until
-- they have run; is_scored says so. Consent is the latest, whatever the as_of_date.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
    where is_latest
),

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

customers as (
    select * from {{ ref('dim_customers') }}
),

interests as (
    select * from {{ ref('feat_customer_interests') }}
    where interest_type = 'category' and interest_rank <= 3
),

rfm as (
    select * from {{ ref('customer_rfm') }}
),

lifecycle as (
    select * from {{ ref('customer_lifecycle') }}
),

customer_value as (
    select * from {{ ref('customer_clv') }}
),

clusters as (
    select * from {{ ref('customer_clusters') }}
),

scores as (
    select * from {{ ref('pred_customer_propensities') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null and touch_type in {{ campaign_contacts() }}
),

contactability as (
    select * from {{ ref('identity_contactability') }}
),

last_campaigns as (
    select
        touches.customer_id,
        touches.campaign_id as last_campaign_id,
        touches.touched_at as last_campaign_at
    from touches
    inner join dates on touches.identified_at < dates.as_of_at
    qualify row_number() over (
        partition by touches.customer_id
        order by touches.touched_at desc, touches.touch_id desc
    ) = 1
),

top_categories as (
    select
        customer_id
        {%- for rank in [1, 2, 3] %},
        max(case when interest_rank = {{ rank }} then interest end)
            as top_category_{{ rank }},
        max(case when interest_rank = {{ rank }} then sales_share end)
            as top_category_{{ rank }}_share
        {%- endfor %}
    from interests
    inner join dates using (as_of_date)
    group by customer_id
),

profiles as (
    select
        features.as_of_date,
        customer_id,
        customers.is_guest,
        {%- for name in [
            'gender', 'birth_year', 'country', 'city', 'membership_tier'
        ] %}
        customers.{{ name }},
        {%- endfor %}
        {%- for name in [
            'tenure_days', 'orders', 'first_ordered_at', 'last_ordered_at',
            'recency_days', 'mean_days_between_orders', 'overdue_ratio',
            'average_order_value', 'items_per_order', 'discount_share',
            'coupon_order_share', 'return_share', 'sessions_30d', 'sessions_90d',
            'item_views_30d', 'add_to_carts_30d', 'days_since_last_session',
            'mobile_session_share_90d',
        ] %}
        features.{{ name }},
        {%- endfor %}
        {%- for rank in [1, 2, 3] %}
        top_categories.top_category_{{ rank }},
        top_categories.top_category_{{ rank }}_share,
        {%- endfor %}
        {%- for name in [
            'favourite_brand', 'reviews', 'average_rating', 'lowest_rating',
            'support_messages_90d', 'net_sales', 'net_sales_365d', 'gross_margin',
            'gross_margin_rate',
        ] %}
        features.{{ name }},
        {%- endfor %}
        '{{ reporting_currency() }}' as currency,
        rfm.rfm_score,
        rfm.rfm_segment,
        lifecycle.lifecycle_stage,
        clusters.cluster_name,
        customer_value.probability_alive,
        customer_value.predicted_clv_365d,
        scores.purchase_score,
        scores.purchase_decile,
        scores.churn_score,
        scores.response_score,
        scores.customer_id is not null as is_scored,
        last_campaigns.last_campaign_id,
        last_campaigns.last_campaign_at
        {%- for name in [
            'has_email_consent', 'has_sms_consent', 'is_contactable_by_email',
            'is_contactable_by_sms',
        ] %},
        coalesce(contactability.{{ name }}, false) as {{ name }}
        {%- endfor %}
    from features
    inner join customers using (customer_id)
    left join top_categories using (customer_id)
    left join rfm using (customer_id)
    left join lifecycle using (customer_id)
    left join clusters using (customer_id)
    left join customer_value using (customer_id)
    left join scores using (customer_id)
    left join last_campaigns using (customer_id)
    left join contactability using (customer_id)
)

select * from profiles

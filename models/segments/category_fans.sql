-- Customers who spend most of their money in one category, and come back for it.
-- Grain: one row per customer. The category is a field of the mail.
{{ config(meta={
    'title': 'Category fans',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'monthly',
    'control_share': 0.1,
}) }}
with

features as (
    select * from {{ ref('feat_customers') }}
    where is_latest
),

interests as (
    select * from {{ ref('feat_customer_interests') }}
    where interest_type = 'category' and interest_rank = 1
),

members as (
    select
        features.as_of_date,
        features.customer_id,
        cast(cast(round(100 * interests.sales_share) as bigint) as string)
        || ' % spent on ' || interests.interest as reason,
        interests.interest as category
    from features
    inner join interests
        on features.as_of_date = interests.as_of_date
        and features.customer_id = interests.customer_id
    where features.orders >= 3 and interests.sales_share >= 0.5
)

select * from members

-- Customers with something to recommend, and what, for mail tools.
-- Grain: one row per customer. Columns beside the reason are fields of the mail.
{{ config(meta={
    'title': 'Recommendations',
    'owner': 'CRM',
    'channel': 'email',
    'purpose': 'marketing',
    'refresh': 'weekly',
    'control_share': 0,
}) }}
with

recommendations as (
    select * from {{ ref('product_recommendations') }}
    where rank <= {{ var('recommendation_mail_products') }}
),

products as (
    select * from {{ ref('dim_products') }}
),

named as (
    select
        recommendations.*,
        {{ product_label('products') }} as product_name
    from recommendations
    inner join products on recommendations.product_id = products.product_id
),

members as (
    select
        as_of_date,
        customer_id,
        max(case when rank = 1 then reason end) as reason
        {%- for _ in [none] * var('recommendation_mail_products') %}
        {%- set rank = loop.index %}
        {%- for name in [
            'product_id', 'product_name', 'reason', 'recommendation_id'
        ] %},
        max(case when rank = {{ rank }} then {{ name }} end) as {{ name }}_{{ rank }}
        {%- endfor %}
        {%- endfor %}
    from named
    group by as_of_date, customer_id
)

select * from members

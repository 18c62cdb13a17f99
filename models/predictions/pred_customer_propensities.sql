-- The scores of each customer side by side.
-- Grain: one row per customer with a score.
with

scores as (
    select * from {{ ref('pred_customer_scores') }}
),

side_by_side as (
    select
        customer_id,
        max(case when model_name = 'purchase' then decile end) as purchase_decile
        {%- for target in ['purchase', 'churn', 'response'] %},
        max(case when model_name = '{{ target }}' then score end)
            as {{ target }}_score
        {%- endfor %}
    from scores
    group by customer_id
)

select * from side_by_side

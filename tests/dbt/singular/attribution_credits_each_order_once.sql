-- Counted orders whose weights do not sum to one, or whose credited money does not sum
-- to their own, under some model; orders left out and strangers let in included.
with

period as (
    select * from {{ ref('int_data_period') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

expected as (
    select orders.*
    from orders
    inner join period on orders.ordered_at < period.as_of_at
),

credited as (
    select
        order_id
        {%- for model in attribution_models() %},
        sum({{ model }}_weight) as {{ model }}_weight,
        sum({{ model }}_revenue) as {{ model }}_revenue,
        sum({{ model }}_margin) as {{ model }}_margin
        {%- endfor %}
    from {{ ref('campaign_attribution') }}
    group by order_id
)

select
    expected.order_id,
    expected.net_sales,
    expected.gross_margin,
    credited.*
from expected
full outer join credited on expected.order_id = credited.order_id
where
    expected.order_id is null
    or credited.order_id is null
    {%- for model in attribution_models() %}
    or abs(credited.{{ model }}_weight - 1) > 0.000001
    or credited.{{ model }}_revenue <> expected.net_sales
    or credited.{{ model }}_margin <> expected.gross_margin
    {%- endfor %}

-- Sales channels whose days do not add up to their orders, to the last digit. Over all
-- days it is all the same on which of them a refund was booked.
{%- set sums = [
    'orders', 'new_customer_orders', 'items', 'gross_sales', 'discounts', 'returns',
    'net_sales', 'shipping', 'tax', 'gross_margin',
] %}
with

parts as (
    select
        coalesce(sales_channel, '(not set)') as sales_channel,
        case when is_counted then 1 else 0 end as orders,
        case when is_first_order then 1 else 0 end as new_customer_orders,
        case when is_counted then items else 0 end as items,
        gross_sales,
        discounts,
        returns,
        net_sales,
        shipping,
        tax,
        gross_margin
    from {{ ref('fct_orders') }}
    union all
    select
        sales_channel
        {%- for amount in sums %},
        -{{ amount }}
        {%- endfor %}
    from {{ ref('daily_sales') }}
)

select
    sales_channel
    {%- for amount in sums %},
    sum({{ amount }}) as {{ amount }}
    {%- endfor %}
from parts
group by sales_channel
having
    {%- for amount in sums %}
    {{ 'or ' if not loop.first }}sum({{ amount }}) <> 0
    {%- endfor %}

{#- Logarithmic mean of two positive amounts: how much of their difference one unit of
    the logarithm of their ratio is. -#}
{% macro logarithmic_mean(before, now) -%}
    case
        when {{ before }} = {{ now }} then {{ before }}
        else ({{ now }} - {{ before }}) / ln({{ now }} / {{ before }})
    end
{%- endmacro %}

{#- What a period's sales are told by, before and now. -#}
{% macro sales_measures() -%}
    {{- return([
        'customers', 'orders', 'items', 'gross_sales', 'discounts', 'returns',
    ]) -}}
{%- endmacro %}

{#- A part of an amount, decimal, so that sums do not depend on their order. -#}
{% macro effect_amount(amount) -%}
    {{ as_decimal(nearest(amount, 8), 28, 8) }}
{%- endmacro %}

{#- Net sales of a period before and what has moved them since, as money. -#}
{% macro sales_after(moved) -%}
    {{ money('previous_net_sales + ' ~ rounded_money(moved)) }}
{%- endmacro %}

{#- What moves net sales, in the order it is told in, and the number behind each. -#}
{% macro revenue_effects() -%}
    {%- set effects = [] -%}
    {%- for name, part, driver in [
        ('new_customers', 'new', 'new_customers_{side}'),
        ('returning_customers', 'returning', 'returning_customers_{side}'),
        ('guest_orders', 'guest', 'guest_customers_{side}'),
        ('frequency', 'frequency', ratio('orders_{side}', 'customers_{side}')),
        ('basket', 'basket', ratio('items_{side}', 'orders_{side}')),
        ('price', 'price', ratio(
            'gross_sales_{side} - uncounted_sales_{side}', 'items_{side}'
        )),
        ('uncounted_orders', 'uncounted', 'uncounted_sales_{side}'),
    ] -%}
        {%- do effects.append({
            'name': name,
            'amount': 'cast(by_' ~ part ~ ' as double) * kept_share',
            'driver': driver,
        }) -%}
    {%- endfor -%}
    {%- for taken in ['discounts', 'returns'] -%}
        {%- do effects.append({
            'name': taken, 'amount': 'by_' ~ taken, 'driver': taken ~ '_told_{side}',
        }) -%}
    {%- endfor -%}
    {{- return(effects) -}}
{%- endmacro %}

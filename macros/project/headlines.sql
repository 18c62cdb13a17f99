{#-
  What a period is headlined by: what it is made of (measures of period_measures), and
  whether more of it is better. What the shop decides to spend is not drawn by chance.
-#}
{% macro headlines() -%}
    {%- set headlines = [] -%}
    {%- for name, title, unit, numerator, denominator, is_higher_better in [
        ('net_sales', 'Net sales', 'currency', 'net_sales', none, 'true'),
        ('orders', 'Orders', 'count', 'orders', none, 'true'),
        ('customers', 'Customers', 'count', 'customers', none, 'true'),
        ('new_customers', 'New customers', 'count', 'new_customers', none, 'true'),
        ('average_order_value', 'Average order value', 'currency',
            'sales_before_returns', 'orders', 'true'),
        ('items_per_order', 'Items per order', 'number', 'items', 'orders', 'true'),
        ('gross_margin', 'Gross margin', 'currency', 'gross_margin', none, 'true'),
        ('gross_margin_rate', 'Gross margin rate', 'share', 'gross_margin',
            'net_sales', 'true'),
        ('discount_rate', 'Discount rate', 'share', 'discounts', 'gross_sales',
            'false'),
        ('return_rate', 'Return rate', 'share', 'returns', 'sales_before_returns',
            'false'),
        ('repeat_purchase_rate', 'Repeat purchase rate', 'share',
            'returning_customers', 'known_customers', 'true'),
        ('sessions', 'Sessions', 'count', 'sessions', none, 'true'),
        ('conversion_rate', 'Conversion rate', 'share', 'converting_sessions',
            'sessions', 'true'),
        ('revenue_per_session', 'Revenue per session', 'currency', 'session_revenue',
            'sessions', 'true'),
        ('ad_spend', 'Ad spend', 'currency', 'ad_spend', none, 'null'),
        ('roas', 'Return on ad spend', 'number', 'attributed_revenue', 'ad_spend',
            'true'),
        ('cac', 'Cost per new customer', 'currency', 'ad_spend', 'new_customers',
            'false'),
    ] -%}
        {%- do headlines.append({
            'name': name,
            'title': title,
            'unit': unit,
            'numerator': numerator,
            'denominator': denominator,
            'is_higher_better': is_higher_better,
            'is_drawn': numerator not in ['ad_spend', 'attributed_revenue'],
            'is_of_visits': 'session' in numerator,
            'needs_history': name in ['new_customers', 'repeat_purchase_rate'],
        }) -%}
    {%- endfor -%}
    {{- return(headlines) -}}
{%- endmacro %}

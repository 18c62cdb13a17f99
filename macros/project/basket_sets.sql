{#-
  Sets of baskets in which pairs of items are counted. A basket is an order, or all that
  one customer bought; an item is a product or a category; the period is all time, the
  recent past, or all time before the trial of recommenders. Numbers stay what they
  are, since counted pairs carry them. The variable association_sets names those that a
  shop wants, by name and comma between.
-#}
{% macro basket_sets() -%}
    {%- set wanted = var('association_sets') | replace(' ', '') -%}
    {%- set sets, names = [], [] -%}
    {%- for number, basket_type, item_type, period in [
        (1, 'order', 'product', 'all_time'),
        (2, 'order', 'product', 'recent'),
        (3, 'order', 'product', 'trial'),
        (4, 'order', 'category', 'all_time'),
        (5, 'order', 'category', 'recent'),
        (6, 'customer', 'product', 'all_time'),
        (7, 'customer', 'product', 'recent'),
        (8, 'customer', 'product', 'trial'),
        (9, 'customer', 'category', 'all_time'),
        (10, 'customer', 'category', 'recent'),
    ] -%}
        {%- set name = basket_type ~ '_' ~ item_type ~ '_' ~ period -%}
        {%- do names.append(name) -%}
        {%- if wanted == 'all' or name in wanted.split(',') -%}
            {%- do sets.append({
                'number': number,
                'name': name,
                'basket_type': basket_type,
                'item_type': item_type,
                'period': period,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set unknown = wanted.split(',') | reject('in', names + ['all']) | list -%}
    {%- if unknown -%}
        {%- do exceptions.raise_compiler_error(
            "The variable association_sets names " ~ unknown | join(', ')
            ~ ", and there are all, or " ~ names | join(', ')
        ) -%}
    {%- endif -%}
    {{- return(sets) -}}
{%- endmacro %}

{#- What a person reads of a product: its name, else its id. -#}
{% macro product_label(alias) -%}
    coalesce({{ alias }}.product_name, {{ alias }}.product_id)
{%- endmacro %}

{#- A number of things in words: 1 order, 2 orders. -#}
{% macro counted(number, thing) -%}
    {{ number }} || ' {{ thing }}' || case when {{ number }} = 1 then '' else 's' end
{%- endmacro %}

{#- How well a product of feat_products sells, in words. -#}
{% macro popularity_in_words(products) -%}
    case
        when {{ products }}.recent_orders > 0
            then
                'in ' || {{ counted(products ~ '.recent_orders', 'order') }}
                || ' of the last {{ var("recommendation_popularity_days") }} days'
        else 'in ' || {{ counted(products ~ '.orders', 'order') }} || ' so far'
    end
{%- endmacro %}

{#- How often two goods came together, in words. -#}
{% macro association_in_words(associations, label) -%}
    case {{ associations }}.basket_type
        when 'order'
            then
                'bought with ' || {{ label }} || ', '
                || {{ associations }}.cooccurrences || ' of '
                || {{ associations }}.occurrences_1 || ' baskets'
        else
            'bought by ' || {{ associations }}.cooccurrences || ' of '
            || {{ associations }}.occurrences_1 || ' customers who bought '
            || {{ label }}
    end
{%- endmacro %}

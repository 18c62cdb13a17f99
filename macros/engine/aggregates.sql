{#- Aggregates whose order matters: engines write it differently, and some lose it. -#}

{#- Texts of a group in an order, joined. -#}
{% macro joined_texts(text, separator, order_by) -%}
    {{ adapter.dispatch('joined_texts', 'martlet')(text, separator, order_by) }}
{%- endmacro %}

{#- Median of a group, between the two middle values where there are two; exact. -#}
{% macro median(value) -%}
    {{ adapter.dispatch('median', 'martlet')(value) }}
{%- endmacro %}

{#- Value below which a share of a group lies, between the two nearest; exact. -#}
{% macro value_at_share(value, share) -%}
    {{ adapter.dispatch('value_at_share', 'martlet')(value, share) }}
{%- endmacro %}

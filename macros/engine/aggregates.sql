{#- Aggregates whose order matters: engines write it differently, and some lose it. -#}

{#- Texts of a group in an order, joined. -#}
{% macro joined_texts(text, separator, order_by) -%}
    {{ adapter.dispatch('joined_texts', 'martlet')(text, separator, order_by) }}
{%- endmacro %}

{% macro duckdb__joined_texts(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{#- Median of a group, between the two middle values where there are two; exact. -#}
{% macro median(value) -%}
    {{ adapter.dispatch('median', 'martlet')(value) }}
{%- endmacro %}

{% macro duckdb__median(value) -%}
    median({{ value }})
{%- endmacro %}

{#- Value below which a share of a group lies, between the two nearest; exact. -#}
{% macro value_at_share(value, share) -%}
    {{ adapter.dispatch('value_at_share', 'martlet')(value, share) }}
{%- endmacro %}

{% macro duckdb__value_at_share(value, share) -%}
    quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

{#- What a visitor typed, so that the same search has one spelling: lower case, no space
    around it and one between words. -#}
{% macro normalised_search_term(term) -%}
    {{ adapter.dispatch('normalised_search_term', 'martlet')(term) }}
{%- endmacro %}

{% macro duckdb__normalised_search_term(term) -%}
    trim(regexp_replace(lower({{ term }}), '[\s\p{Z}]+', ' ', 'g'))
{%- endmacro %}

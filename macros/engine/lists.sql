{#- Lists: engines name their functions differently. -#}

{#- The distinct values of a group that are not null, sorted: an aggregate. -#}
{% macro distinct_list(value) -%}
    {{ adapter.dispatch('distinct_list', 'martlet')(value) }}
{%- endmacro %}

{% macro length_of_list(list) -%}
    {{ adapter.dispatch('length_of_list', 'martlet')(list) }}
{%- endmacro %}

{#- A row for each element of a list; at most one in a select. -#}
{% macro each_of(list) -%}
    {{ adapter.dispatch('each_of', 'martlet')(list) }}
{%- endmacro %}

{#- What a whole number is without its lowest bits. -#}
{% macro bits_above(number, bits) -%}
    {{ adapter.dispatch('bits_above', 'martlet')(number, bits) }}
{%- endmacro %}

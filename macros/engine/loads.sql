{#- Which loads there are, and how a table takes in new ones and drops undone ones. -#}

{#-
  Pairs of a raw table and a load of it that lies in the raw directory. All files that a
  person put there by hand are one load, named after their paths below that directory,
  sizes and dates, so that it is another one when they change.
-#}
{% macro raw_loads(tables) -%}
    {{- return(adapter.dispatch('raw_loads', 'martlet')(tables)) -}}
{%- endmacro %}

{#- Whether a row came with one of the loads. -#}
{% macro came_with(loads) -%}
    {%- set by_load = [] -%}
    {%- set by_hand = [] -%}
    {%- for load in loads -%}
        {%- do (by_hand if load.startswith('by hand') else by_load).append(load) -%}
    {%- endfor -%}
    {%- set conditions = [] -%}
    {%- if by_load -%}
        {%- do conditions.append("load_id in ('" ~ by_load | join("', '") ~ "')") -%}
    {%- endif -%}
    {%- if by_hand -%}
        {%- do conditions.append("load_id is null") -%}
    {%- endif -%}
    {{- return("(" ~ conditions | join(" or ") ~ ")" if conditions else "false") -}}
{%- endmacro %}

{#- A hash of all rows of a small table, whatever their order. -#}
{% macro content_of_table(relation) -%}
    {{- return(adapter.dispatch('content_of_table', 'martlet')(relation)) -}}
{%- endmacro %}

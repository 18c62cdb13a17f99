{#-
  What identifies a recommendation wherever it is shown: by which algorithm, as of which
  date and at which rank it was made, as in `item_based_order.2026-03-30.1`. A shop
  sends it back with its events; ids of another form are those of widgets of its own.
-#}
{% macro recommendation_id(algorithm, as_of_date, rank) -%}
    {{ algorithm }} || '.' || cast({{ as_of_date }} as {{ dbt.type_string() }})
    || '.' || cast({{ rank }} as {{ dbt.type_string() }})
{%- endmacro %}

{% macro _is_ours(id) -%}
    {{ matches_pattern(
        id, "'[a-z0-9_]+[.][0-9]{4}-[0-9]{2}-[0-9]{2}[.][0-9]{1,4}'"
    ) }}
{%- endmacro %}

{#- Which algorithm made it; of a widget of the shop's own the whole id. -#}
{% macro recommendation_algorithm(id) -%}
    case
        when {{ _is_ours(id) }} then {{ dbt.split_part(id, "'.'", 1) }}
        else {{ id }}
    end
{%- endmacro %}

{#- At which rank it was made; null for a widget of the shop's own. -#}
{% macro recommendation_rank(id) -%}
    case
        when {{ _is_ours(id) }}
            then cast({{ dbt.split_part(id, "'.'", 3) }} as bigint)
    end
{%- endmacro %}

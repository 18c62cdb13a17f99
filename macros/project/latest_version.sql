{#-
  Select one row for each key from `relation`: the one where `prefer` is greatest, such as
  the one received last, then the one with the greatest content hash. The order of arrival
  never decides, so shuffled and repeated feeds give the same table.
-#}
{% macro latest_version(relation, key, prefer=none) -%}
    select *
    from {{ relation }}
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {%- if prefer %}
            {{ prefer }} desc nulls last,
            {%- endif %}
            {{ row_hash(relation) }} desc
    ) = 1
{%- endmacro %}

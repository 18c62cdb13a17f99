{#-
  Select one row for each key from `relation`: the one with the greatest `prefer`, such
  as when it was received, then the one with the greatest content hash. The order of
  arrival never decides, so shuffled and repeated feeds give the same table. Few keys
  repeat, and only their rows are sorted and hashed.
-#}
{% macro latest_version(relation, key, prefer=none) -%}
    {%- set same_key = [] -%}
    {%- for column in key -%}
        {%- do same_key.append(
            "repeated." ~ column ~ " = " ~ relation ~ "." ~ column
        ) -%}
    {%- endfor -%}
    {%- set is_repeated = "exists (select 1 from repeated where "
        ~ same_key | join(" and ") ~ ")" -%}
    with repeated as (
        select {{ key | join(', ') }}
        from {{ relation }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    )

    select *
    from {{ relation }}
    where not {{ is_repeated }}
    union all
    select *
    from (select * from {{ relation }} where {{ is_repeated }}) as versions
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {%- if prefer %}
            {{ prefer }} desc nulls last,
            {%- endif %}
            {{ row_hash('versions') }} desc
    ) = 1
{%- endmacro %}

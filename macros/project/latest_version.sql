{#-
  Select one row for each key from `relation`: the one that is greatest in what `prefer`
  lists. A shop exports an order again when its status changes, so by default the later
  load wins; events say themselves when they were received. What remains is decided by
  the content, never by the order of rows, so that shuffled and repeated feeds give the
  same table; of equal rows the first load's stays. Few keys repeat, and only their rows
  are sorted and hashed.
-#}
{% macro latest_version(relation, key, prefer=['load_id']) -%}
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
    select {{ all_columns_but('content_hash') }}
    from (
        select *, {{ content_hash(relation) }} as content_hash
        from {{ relation }}
        where {{ is_repeated }}
    ) as versions
    qualify row_number() over (
        partition by {{ key | join(', ') }}
        order by
            {%- for expression in prefer %}
            {{ expression }} desc nulls last,
            {%- endfor %}
            content_hash desc,
            load_id
    ) = 1
{%- endmacro %}

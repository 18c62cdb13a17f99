{#- How many places a good falls back for being shown in vain. -#}
{% macro ranks_lost() -%}
    {{ var('recommendation_ignored_ranks') }}
        * coalesce(ignored.ignored_impressions, 0)
{%- endmacro %}

{#- Goods offered to seekers for whom nothing better is known. -#}
{% macro fallbacks(seekers, offered, condition, place, reason) -%}
    select
        seekers.algorithm,
        seekers.customer_id,
        offered.product_id,
        cast(null as double) as score,
        cast(null as {{ dbt.type_string() }}) as because_product_id,
        {{ place }} + {{ ranks_lost() }} as place,
        {{ reason }} as fallback_reason
    from {{ seekers }} as seekers
    inner join {{ offered }} as offered on {{ condition }}
    left join bought
        on
            seekers.customer_id = bought.customer_id
            and offered.product_id = bought.product_id
    left join ignored
        on
            seekers.customer_id = ignored.customer_id
            and offered.product_id = ignored.product_id
    where coalesce(bought.is_offerable, true)
{%- endmacro %}

{#-
  CTEs that order the goods of each list: each once, by its best place; the first so
  many of a category, and the first so many of all. Of equals a fallback goes first.
-#}
{% macro within_limits(from_cte, to_cte) -%}
{{ from_cte }}_once as (
    select
        {{ from_cte }}.*,
        products.category
    from {{ from_cte }}
    inner join products using (product_id)
    qualify row_number() over (
        partition by algorithm, customer_id, product_id
        order by place, fallback_reason nulls last
    ) = 1
),

{{ from_cte }}_mixed as (
    select * from {{ from_cte }}_once
    qualify
        category is null
        or row_number() over (
            partition by algorithm, customer_id, category
            order by place, fallback_reason nulls last, product_id
        ) <= {{ var('recommendation_max_per_category') }}
),

{{ to_cte }} as (
    select
        algorithm,
        customer_id,
        product_id,
        score,
        because_product_id,
        cast(row_number() over (
            partition by algorithm, customer_id
            order by place, fallback_reason nulls last, product_id
        ) as bigint) as rank,
        fallback_reason
    from {{ from_cte }}_mixed
    qualify rank <= {{ var('recommendation_list_length') }}
),
{%- endmacro %}

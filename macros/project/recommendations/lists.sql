{#-
  CTEs that make lists out of `candidates`: what was shown in vain falls back, at most so
  many goods are of one category, one place goes to a new product, and lists that remain
  short are filled by what is popular, of what may be offered. They read
  CTEs of one purpose: `seekers`, `products`, `bought`, `ignored` and `popularity`, and
  end in `lists`.
-#}
{% macro recommendation_lists() -%}
{%- set length = var('recommendation_list_length') -%}
-- The newest product of each category.
newcomers as (
    select
        category,
        product_id
    from products
    where is_new and category is not null
    qualify row_number() over (
        partition by category order by launched_at desc, product_id
    ) = 1
),

-- A new product is nobody's candidate yet: the newest of a customer's favourite
-- category takes the last place.
proposed as (
    select
        algorithm,
        customer_id,
        product_id,
        score,
        because_product_id,
        score_rank + {{ ranks_lost() }} as place,
        cast(null as {{ dbt.type_string() }}) as fallback_reason
    from candidates
    left join ignored using (customer_id, product_id)
    union all
    {{ fallbacks(
        'seekers', 'newcomers', 'seekers.favourite_category = offered.category',
        length, "'new_product'"
    ) }}
),

{{ within_limits('proposed', 'own') }}

short as (
    select seekers.*
    from seekers
    left join (
        select algorithm, customer_id, count(*) as goods
        from own
        group by algorithm, customer_id
    ) as counted using (algorithm, customer_id)
    where coalesce(counted.goods, 0) < {{ length }}
),

{% set reason -%}
case seekers.customer_group
            when 'without_order' then 'new_customer'
            else 'too_few_candidates'
        end
{%- endset -%}
to_fill as (
    select
        own.algorithm,
        own.customer_id,
        own.product_id,
        own.score,
        own.because_product_id,
        own.rank as place,
        own.fallback_reason
    from own
    inner join short using (algorithm, customer_id)
    union all
    {{ fallbacks(
        'short', 'popularity', 'offered.segment = seekers.segment',
        '1000 + offered.popularity_rank', reason
    ) }}
    union all
    {{ fallbacks(
        'short', 'popularity', "offered.segment = 'everyone'",
        '2000 + offered.popularity_rank', reason
    ) }}
),

{{ within_limits('to_fill', 'filled') }}

lists as (
    select own.*
    from own
    left join short using (algorithm, customer_id)
    where short.customer_id is null
    union all
    select * from filled
),
{%- endmacro %}

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
  CTEs that order the goods of each list: each once, by its best place; the first so many
  of a category, and the first so many of all. Of equals a fallback goes first.
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
        row_number() over (
            partition by algorithm, customer_id
            order by place, fallback_reason nulls last, product_id
        ) as rank,
        fallback_reason
    from {{ from_cte }}_mixed
    qualify rank <= {{ var('recommendation_list_length') }}
),
{%- endmacro %}

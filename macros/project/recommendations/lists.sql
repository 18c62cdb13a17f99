{#-
  CTEs that make lists out of `candidates`: what was shown in vain falls back, at most
  so many goods are of one category, one place goes to a new product, and lists that
  remain short are filled by what is popular, of what may be offered. They read
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

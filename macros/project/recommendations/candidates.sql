{#-
  What each recommender of SQL proposes to `seekers` (algorithm, customer_id, segment),
  from CTEs of one purpose: `popularity`, `history` (the goods of each customer that say
  most) and `associations` between products.
-#}
{% macro sql_candidates() %}
    -- What sells best, and sells best in the customer's segment.
    select
        seekers.algorithm,
        seekers.customer_id,
        popularity.product_id,
        1.0 / popularity.popularity_rank as score
    from seekers
    inner join popularity
        on
            popularity.segment = case seekers.algorithm
                when 'popularity' then 'everyone'
                when 'popularity_by_segment' then seekers.segment
            end
    union all
    -- What the customer bought most, lately above all.
    select
        seekers.algorithm,
        seekers.customer_id,
        history.product_id,
        history.interest
    from seekers
    inner join history on seekers.customer_id = history.customer_id
    where seekers.algorithm = 'personal_frequency'
    {%- for basket_type in ['order', 'customer'] %}
    union all
    {{ item_based_candidates(basket_type) }}
    {%- endfor %}
{% endmacro %}

{#-
  Item-based collaborative filtering (Sarwar et al. 2001; Deshpande and Karypis 2004):
  each good that the customer bought speaks for what goes with it, as much as the two
  are alike by cosine, and for itself. Sums are of decimals, so that their order does
  not matter.
-#}
{% macro item_based_candidates(basket_type) %}
    select
        'item_based_{{ basket_type }}' as algorithm,
        customer_id,
        product_id,
        cast(sum({{ weight('contribution') }}) as double) as score
    from (
        select
            history.customer_id,
            associations.item_2 as product_id,
            history.interest * associations.cosine_similarity as contribution
        from seekers
        inner join history on seekers.customer_id = history.customer_id
        inner join associations
            on
                history.product_id = associations.item_1
                and associations.basket_type = '{{ basket_type }}'
        where seekers.algorithm = 'item_based_{{ basket_type }}'
        union all
        select
            history.customer_id,
            history.product_id,
            history.interest
        from seekers
        inner join history on seekers.customer_id = history.customer_id
        where seekers.algorithm = 'item_based_{{ basket_type }}'
    ) as spoken_for
    group by customer_id, product_id
{% endmacro %}

{#-
  The best of what was `proposed` that may be offered to the customer at all, ranked by
  score: `products` are those that may be offered, `bought` says what is not due again.
-#}
{% macro best_offerable(proposed) %}
    select
        proposed.algorithm,
        proposed.customer_id,
        proposed.product_id,
        proposed.score,
        proposed.because_product_id,
        cast(row_number() over (
            partition by proposed.algorithm, proposed.customer_id
            order by proposed.score desc, proposed.product_id
        ) as bigint) as score_rank
    from {{ proposed }} as proposed
    inner join products on proposed.product_id = products.product_id
    left join bought
        on
            proposed.customer_id = bought.customer_id
            and proposed.product_id = bought.product_id
    where coalesce(bought.is_offerable, true)
    qualify score_rank <= {{ var('recommendation_candidates') }}
{% endmacro %}

{#-
  The recommenders there are, the simplest first: those that SQL computes, and those
  that Python fits (python/martlet/estimators/recommenders). Each proposes goods to
  customers as rows of algorithm, customer_id, product_id, score (the greater the
  better, comparable within the algorithm alone) and, where Python knows it,
  because_product_id: the good of the customer's that speaks most for it.
-#}
{% macro sql_recommenders() -%}
    {{- return([
        'popularity',
        'popularity_by_segment',
        'personal_frequency',
        'item_based_order',
        'item_based_customer',
    ]) -}}
{%- endmacro %}

{% macro recommenders() -%}
    {{- return(sql_recommenders() + [
        'user_based_cosine',
        'user_based_pearson',
        'content_based',
        'svd',
        'als',
        'bpr',
    ]) -}}
{%- endmacro %}

{#- What is served where no trial could be held. -#}
{% macro untried_recommender() -%}
    {{- return('item_based_order') -}}
{%- endmacro %}

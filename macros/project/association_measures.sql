{#- The measures of associations, in the types that marts promise. -#}
{% macro association_measures() -%}
    {%- for name in ['occurrences_1', 'occurrences_2', 'cooccurrences', 'baskets'] %}
        cast({{ name }} as bigint) as {{ name }},
    {%- endfor %}
        support,
        confidence,
        lift,
        cosine_similarity,
        jaccard,
        log_likelihood_ratio,
        p_value,
        cast(rank as bigint) as rank
{%- endmacro %}

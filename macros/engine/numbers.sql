{#- Numbers: engines round what is not decimal in different ways. -#}

{#- A number to so many digits after the point; half of the last goes away from zero.
    Of a floating-point number that is told by its product with a power of ten. -#}
{% macro nearest(number, digits) -%}
    {{- return(adapter.dispatch('nearest', 'martlet')(number, digits)) -}}
{%- endmacro %}

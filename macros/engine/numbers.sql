{#- Numbers: engines round what is not decimal in different ways. -#}

{#- A number to so many digits after the point; half of the last goes away from zero.
    Of a floating-point number that is told by its product with a power of ten. -#}
{% macro nearest(number, digits) -%}
    {{- return(adapter.dispatch('nearest', 'martlet')(number, digits)) -}}
{%- endmacro %}

{#- A number as a decimal of so many digits in all, and so many after the point: half of
    the last one goes away from zero. -#}
{% macro as_decimal(number, precision, scale) -%}
    {{- return(adapter.dispatch('as_decimal', 'martlet')(number, precision, scale)) -}}
{%- endmacro %}

{% macro default__as_decimal(number, precision, scale) -%}
    {{- return(
        "cast(" ~ number ~ " as decimal(" ~ precision ~ ", " ~ scale ~ "))"
    ) -}}
{%- endmacro %}

{#- The greatest of some values of a row, passing over nulls. -#}
{% macro greatest_of(values) -%}
    {{- return(adapter.dispatch('greatest_of', 'martlet')(values)) -}}
{%- endmacro %}

{% macro default__greatest_of(values) -%}
    {{- return("greatest(" ~ values | join(', ') ~ ")") -}}
{%- endmacro %}

{#- The least of some values of a row, passing over nulls. -#}
{% macro least_of(values) -%}
    {{- return(adapter.dispatch('least_of', 'martlet')(values)) -}}
{%- endmacro %}

{% macro default__least_of(values) -%}
    {{- return("least(" ~ values | join(', ') ~ ")") -}}
{%- endmacro %}

{#-
  Two-sided p-value of a standard normal statistic. Upper tail by the rational
  approximation 26.2.17 of Abramowitz and Stegun (1964), absolute error below 7.5e-8.
  Null without a statistic, which least() alone would make one.
-#}
{% macro two_sided_p_value(z) -%}
    {%- set t = "(1 / (1 + 0.2316419 * abs(" ~ z ~ ")))" -%}
    case when {{ z }} is not null then least(
        1.0,
        2 * exp(-({{ z }}) * ({{ z }}) / 2) / sqrt(2 * pi()) * {{ t }} * (
            0.319381530 + {{ t }} * (-0.356563782 + {{ t }} * (
                1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429)
            ))
        )
    ) end
{%- endmacro %}

{#- Half width of a 95 % normal interval, in standard errors. -#}
{% macro normal_quantile_975() -%}
    1.959963984540054
{%- endmacro %}

{#- One end of Wilson's 95 % score interval of a share (1927), which stays between 0 and
    1; `sign` is - for the lower end and + for the upper. -#}
{% macro wilson_bound(share, rows, sign) -%}
    {%- set z = normal_quantile_975() -%}
    least(1.0, greatest(0.0, (
        {{ share }} + {{ z }} * {{ z }} / (2.0 * {{ rows }}) {{ sign }} {{ z }} * sqrt(
            {{ share }} * (1 - {{ share }}) / {{ rows }}
            + {{ z }} * {{ z }} / (4.0 * {{ rows }} * {{ rows }})
        )
    ) / (1 + {{ z }} * {{ z }} / {{ rows }})))
{%- endmacro %}

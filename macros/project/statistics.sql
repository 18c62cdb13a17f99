{#-
  Two-sided p-value of a standard normal statistic. Upper tail by the rational
  approximation 26.2.17 of Abramowitz and Stegun (1964), absolute error below 7.5e-8.
  Null without a statistic, which least_of() alone would make one.
-#}
{% macro two_sided_p_value(z) -%}
    {%- set t = "(1 / (1 + 0.2316419 * abs(" ~ z ~ ")))" -%}
    {%- set p -%}
    2 * exp(-({{ z }}) * ({{ z }}) / 2) / sqrt(2 * pi()) * {{ t }} * (
        0.319381530 + {{ t }} * (-0.356563782 + {{ t }} * (
            1.781477937 + {{ t }} * (-1.821255978 + {{ t }} * 1.330274429)
        ))
    )
    {%- endset -%}
    case when {{ z }} is not null then {{ least_of(['1.0', p]) }} end
{%- endmacro %}

{#- Half width of a 95 % normal interval, in standard errors. -#}
{% macro normal_quantile_975() -%}
    1.959963984540054
{%- endmacro %}

{#- One end of Wilson's 95 % score interval of a share (1927), which stays between 0 and
    1; `sign` is - for the lower end and + for the upper. -#}
{% macro wilson_bound(share, rows, sign) -%}
    {%- set z = normal_quantile_975() -%}
    {%- set bound -%}
    (
        {{ share }} + {{ z }} * {{ z }} / (2.0 * {{ rows }}) {{ sign }} {{ z }} * sqrt(
            {{ share }} * (1 - {{ share }}) / {{ rows }}
            + {{ z }} * {{ z }} / (4.0 * {{ rows }} * {{ rows }})
        )
    ) / (1 + {{ z }} * {{ z }} / {{ rows }})
    {%- endset -%}
    {{ least_of(['1.0', greatest_of(['0.0', bound])]) }}
{%- endmacro %}

{#-
  Dunning's log-likelihood ratio (1993) of two things that came together in `both` of
  `all` cases, `one` and `other` by themselves: twice the sum over the four cells of
  cell * ln(cell / what independence expects). Zero where they are independent. Cells
  are added crosswise, so that both directions give the same to the last digit.
-#}
{% macro log_likelihood_ratio(both, one, other, all) -%}
    {%- set neither = "(" ~ all ~ " - " ~ one ~ " - " ~ other ~ " + " ~ both ~ ")" -%}
    {%- set not_one = "(" ~ all ~ " - " ~ one ~ ")" -%}
    {%- set not_other = "(" ~ all ~ " - " ~ other ~ ")" -%}
    {%- set statistic -%}
    2 * (
        (
            {{ _cell(both, one, other, all) }}
            + {{ _cell(neither, not_one, not_other, all) }}
        )
        + (
            {{ _cell("(" ~ one ~ " - " ~ both ~ ")", one, not_other, all) }}
            + {{ _cell("(" ~ other ~ " - " ~ both ~ ")", not_one, other, all) }}
        )
    )
    {%- endset -%}
    {{ greatest_of(['0.0', statistic]) }}
{%- endmacro %}

{% macro _cell(cell, row, column, all) -%}
    case
        when {{ cell }} = 0 then 0
        else {{ cell }} * ln(
            cast({{ cell }} as double) * {{ all }}
            / (cast({{ row }} as double) * {{ column }})
        )
    end
{%- endmacro %}

{#- Mean of a decimal that may be null in some rows; its sum does not depend on the
    order of rows. -#}
{% macro mean_of(value) -%}
    {{ ratio("sum(" ~ value ~ ")", "count(" ~ value ~ ")") }}
{%- endmacro %}

{#- Standard error of the mean of a decimal: null for fewer than two. -#}
{% macro standard_error_of(value) -%}
    {%- set n = "cast(count(" ~ value ~ ") as double)" -%}
    {%- set squares = "cast(sum(" ~ weight("cast(" ~ value ~ " as double) * cast("
        ~ value ~ " as double)") ~ ") as double)" -%}
    {%- set total = "cast(sum(" ~ value ~ ") as double)" -%}
    {%- set deviations = squares ~ " - " ~ total ~ " * " ~ total ~ " / " ~ n -%}
    sqrt({{ greatest_of(['0.0', deviations]) }}
        / nullif({{ n }} * ({{ n }} - 1), 0))
{%- endmacro %}

{#- Upper half width of a 95 % interval of Student's t, in standard errors, by the
    Cornish-Fisher expansion 26.7.5 of Abramowitz and Stegun (1964): to 1e-4 from 5
    degrees of freedom on. -#}
{% macro student_t_quantile_975(degrees) -%}
    {%- set z = normal_quantile_975() | float -%}
    {%- set terms = [
        (z ** 3 + z) / 4,
        (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
        (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
        (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
    ] -%}
    ({{ z }}
    {%- for term in terms %} + {{ term }} / power({{ degrees }}, {{ loop.index }})
    {%- endfor %})
{%- endmacro %}

{#- The standard normal statistic that is as rare as a statistic of Student's t: Hill
    (1970, algorithm 395), to 1e-4 from 5 degrees of freedom on. -#}
{% macro normal_of_student_t(t, degrees) -%}
    {%- set a = "(" ~ degrees ~ " - 0.5)" -%}
    {%- set b = "(48 * " ~ a ~ " * " ~ a ~ ")" -%}
    {%- set y = "(" ~ a ~ " * ln(1 + (" ~ t ~ ") * (" ~ t ~ ") / " ~ degrees ~ "))" -%}
    sign({{ t }}) * sqrt({{ y }}) * (1 + (
        {{ y }} + 3 + (
            ((-0.4 * {{ y }} - 3.3) * {{ y }} - 24) * {{ y }} - 85.5
        ) / (0.8 * {{ y }} * {{ y }} + 100 + {{ b }})
    ) / {{ b }})
{%- endmacro %}

{#- How rare a chi-squared statistic is: exact for one and two degrees of freedom, else
    by the cube root of Wilson and Hilferty (1931). -#}
{% macro chi_squared_p_value(statistic, degrees) -%}
    {%- set spread = "(2.0 / (9 * " ~ degrees ~ "))" -%}
    {%- set z = "((power(" ~ statistic ~ " / " ~ degrees ~ ", 1.0 / 3) - 1 + " ~ spread
        ~ ") / sqrt(" ~ spread ~ "))" -%}
    case
        when {{ degrees }} = 1 then {{ two_sided_p_value("sqrt(" ~ statistic ~ ")") }}
        when {{ degrees }} = 2 then exp(-({{ statistic }}) / 2)
        when {{ z }} > 0 then ({{ two_sided_p_value(z) }}) / 2
        else 1 - ({{ two_sided_p_value(z) }}) / 2
    end
{%- endmacro %}

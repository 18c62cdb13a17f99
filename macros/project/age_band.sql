{#- The band that an age falls in; null where it is not known or cannot be. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} between 0 and 17 then 'under 18'
        {%- for first, last in [(18, 24), (25, 34), (35, 44), (45, 54), (55, 64)] %}
        when {{ age }} between {{ first }} and {{ last }} then '{{ first }}-{{ last }}'
        {%- endfor %}
        when {{ age }} between 65 and 120 then '65 and over'
    end
{%- endmacro %}

{#-
  The variable rfm_cut_points: by metric the four values that part customers into scores
  from 1 to 5, ascending. A metric without an entry is parted into fifths.
-#}
{% macro rfm_cut_points(metrics) -%}
    {%- set cut_points = var('rfm_cut_points') or {} -%}
    {%- for metric, points in cut_points.items() if execute -%}
        {%- if metric not in metrics -%}
            {{ exceptions.raise_compiler_error(
                "The variable rfm_cut_points names " ~ metric ~ ", but RFM has "
                ~ metrics | join(", ") ~ "."
            ) }}
        {%- elif points | length != 4 or points | sort | unique | list != points -%}
            {{ exceptions.raise_compiler_error(
                "The variable rfm_cut_points gives " ~ metric ~ " the values " ~ points
                ~ ". Give four different numbers, the least first: [30, 60, 90, 180]."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {{- return(cut_points) -}}
{%- endmacro %}

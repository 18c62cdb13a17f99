{#- A ratio of summed parts; null, not zero or an error, over a denominator of zero. -#}
{% macro ratio(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{% macro money(amount) -%}
    {{ as_decimal(amount, 18, 4) }}
{%- endmacro %}

{#- An amount that was multiplied or divided, half a unit of the last digit rounded away
    from zero. -#}
{% macro rounded_money(amount) -%}
    {{ money(nearest(amount, 4)) }}
{%- endmacro %}

{#- A share or a score; decimal, so that sums do not depend on their order. -#}
{% macro weight(share) -%}
    {{ as_decimal(nearest(share, 12), 18, 12) }}
{%- endmacro %}

{#-
  Split `total` over rows in proportion to `weight`, exactly: each row gets the
  difference of two rounded running totals, so the parts always add up to the whole.
-#}
{% macro allocate(total, weight, partition_by, order_by) -%}
    {%- set whole = "sum(" ~ weight ~ ") over (partition by " ~ partition_by ~ ")" -%}
    {%- set running = "sum(" ~ weight ~ ") over (partition by " ~ partition_by
        ~ " order by " ~ order_by
        ~ " rows between unbounded preceding and current row)" -%}
    {%- set part = "coalesce(" ~ total ~ " * cast({so_far} as double) / nullif("
        ~ whole ~ ", 0), 0)" -%}
    {{ money(
        rounded_money(part | replace('{so_far}', running)) ~ ' - '
        ~ rounded_money(part | replace('{so_far}', running ~ ' - ' ~ weight))
    ) }}
{%- endmacro %}

{#-
  The rows of `cells_with_totals`, each with `is_suppressed`. A cell is sensitive where
  it has fewer than `min_customers`, or one customer makes more than `max_share` of its
  money. Every sensitive cell is withheld together with enough others that its value can
  rise and fall while every published one stays: a box, else a pair (see boxes.sql).
  Where there is neither, only the month's total is told; where that is sensitive,
  nothing. Which box or pair depends on the month's figures alone, equals told apart by
  name. docs/releases.md proves what this keeps secret.
-#}
{% macro suppressed(cells, dimensions, min_customers, max_share) -%}
    {%- set keys = dimensions | join(', ') -%}
    with judged as (
        select
            *,
            {{ dimensions | join('_is_total + ') }}_is_total as totals,
            customers < {{ min_customers }}
            or greatest_part > {{ max_share }} * absolute_money as is_sensitive,
            {{ 1 / max_share - 1 }} * absolute_money as money_to_hide
        from {{ cells }} as cells
    ),

    -- A total of fewer than min_customers is hidden by what hides the cells in it.
    in_need as (
        select * from judged
        where
            is_sensitive
            and totals < {{ dimensions | length }}
            and (totals = 0 or customers >= {{ min_customers }})
    ),

    boxes as (
        {{ _boxes(dimensions, min_customers) }}
    ),

    unboxed as (
        select in_need.*
        from in_need
        left join boxes on {{ _same_cell('in_need', 'boxes', dimensions) }}
        where boxes.month is null
    ),

    pairs as (
        {{ _pairs(dimensions) }}
    ),

    withheld as (
        select judged.month, {{ _keys('judged', dimensions) }}
        from boxes
        inner join judged
            on
                boxes.month = judged.month
                {%- for dimension in dimensions %}
                and judged.{{ dimension }}
                in (boxes.{{ dimension }}, boxes.opposite_{{ dimension }})
                {%- endfor %}
        union
        select judged.month, {{ _keys('judged', dimensions) }}
        from pairs
        inner join judged
            on
                pairs.month = judged.month
                and ({{ _is_part('pairs.', 'judged', dimensions) }})
                <> ({{ _is_part('pairs.other_', 'judged', dimensions) }})
    ),

    -- How many totals a row of the month must have to be told at all.
    limits as (
        select
            judged.month,
            max(case
                when judged.is_sensitive and judged.totals = {{ dimensions | length }}
                    then {{ dimensions | length + 1 }}
                when unboxed.month is not null and pairs.month is null
                    then {{ dimensions | length }}
                else 0
            end) as totals
        from judged
        left join unboxed on {{ _same_cell('judged', 'unboxed', dimensions) }}
        left join pairs on {{ _same_cell('judged', 'pairs', dimensions) }}
        group by judged.month
    )

    select
        judged.*,
        judged.is_sensitive
        or withheld.month is not null
        or judged.totals < limits.totals as is_suppressed
    from judged
    inner join limits on judged.month = limits.month
    left join withheld on {{ _same_cell('judged', 'withheld', dimensions) }}
{%- endmacro %}

{#- Cells and totals of `contributions`, judged by the rules of the store. -#}
{% macro judged_cells(contributions, dimensions, measures, money=none) -%}
    {{ suppressed(
        '(' ~ cells_with_totals(contributions, dimensions, measures, money) ~ ')',
        dimensions,
        var('release_min_customers'),
        var('release_max_share')
    ) }}
{%- endmacro %}

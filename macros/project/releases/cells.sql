{#-
  Cells of tables that leave the house, and which of them are withheld. A release is a
  small table for each month, with totals over its dimensions and none over months;
  docs/releases.md proves what `suppressed` keeps secret.
-#}

{#- What stands in a dimension where a row is the total over it. -#}
{% macro all_of_dimension() -%}
    '(all)'
{%- endmacro %}

{#- Whether a month's figures may leave: it is over for so many days, in which what
    belongs to it was still coming in. -#}
{% macro is_settled(month, settling_days, as_of_date) -%}
    {{ days_later(months_later(month, 1), settling_days) }} <= {{ as_of_date }}
{%- endmacro %}

{#-
  Rows of every cell and total of `contributions` (month, dimensions, customer_id,
  measures; no dimension null): its customers, its measures, whether each dimension is a
  total, and for dominance the sum of `money` in absolute terms and the greatest part of
  it that is one customer's.
-#}
{% macro cells_with_totals(contributions, dimensions, measures, money=none) -%}
    with by_customer as (
        select
            month,
            customer_id,
            {%- for dimension in dimensions %}
            case
                when grouping({{ dimension }}) = 1 then {{ all_of_dimension() }}
                else {{ dimension }}
            end as {{ dimension }},
            cast(grouping({{ dimension }}) as integer) as {{ dimension }}_is_total,
            {%- endfor %}
            {%- for measure in measures %}
            sum({{ measure }}) as {{ measure }},
            {%- endfor %}
            sum({{ money or 0 }}) as money
        from {{ contributions }}
        group by month, customer_id, cube ({{ dimensions | join(', ') }})
    )

    select
        month,
        {%- for dimension in dimensions %}
        by_customer.{{ dimension }},
        {{ dimension }}_is_total,
        {%- endfor %}
        count(*) as customers,
        {%- for measure in measures %}
        sum({{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(money) as money,
        sum(abs(money)) as absolute_money,
        max(abs(money)) as greatest_part
    from by_customer
    group by
        month
        {%- for dimension in dimensions %},
        by_customer.{{ dimension }},
        {{ dimension }}_is_total
        {%- endfor %}
{%- endmacro %}

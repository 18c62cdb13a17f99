{#-
  Customers by the state they were in at an as_of_date and at the one before, of a
  history with a row per as_of_date and customer, its columns `state` and
  `previous_<state>`.
  The first date of the history has nothing before it, and is left out.
-#}
{% macro customer_moves(history, state) -%}
    select
        as_of_date,
        coalesce(previous_{{ state }}, '(none)') as previous_{{ state }},
        {{ state }},
        count(*) as customers,
        {{ ratio(
            'count(*)',
            'sum(count(*)) over (partition by as_of_date, previous_' ~ state ~ ')'
        ) }} as share_of_previous
    from {{ history }}
    where as_of_date > (select min(as_of_date) from {{ history }})
    group by as_of_date, previous_{{ state }}, {{ state }}
{%- endmacro %}

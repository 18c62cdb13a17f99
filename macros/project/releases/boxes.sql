{#-
  Parts of the macro `suppressed`, and no others' business: which cells are withheld
  with a sensitive one. They read its steps `judged`, `in_need` and `unboxed`.
-#}

{% macro _keys(relation, dimensions) -%}
    {{ relation }}.{{ dimensions | join(', ' ~ relation ~ '.') }}
{%- endmacro %}

{% macro _same_cell(one, other, dimensions) -%}
    {{ one }}.month = {{ other }}.month
    {%- for dimension in dimensions %}
            and {{ one }}.{{ dimension }} = {{ other }}.{{ dimension }}
    {%- endfor %}
{%- endmacro %}

{#- Whether a cell is in another or adds to it. -#}
{% macro _is_part(cell, total, dimensions) -%}
    {%- for dimension in dimensions -%}
    {{ total }}.{{ dimension }}
    in ({{ cell }}{{ dimension }}, {{ all_of_dimension() }})
    {{- ' and ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#-
  The cheapest box of each cell in need: the cells that have, in every dimension, its
  own value or that of one opposite cell. Raising and lowering its corners in turn
  changes no sum along any dimension. Cheapest is what withholds fewest customers that
  might be told. The month's total is no corner.
-#}
{% macro _boxes(dimensions, min_customers) -%}
    {#- The dimensions in which each corner has the opposite cell's value. -#}
    {%- set moves = [[]] -%}
    {%- for dimension in dimensions -%}
        {%- for moved in moves | list -%}
            {%- do moves.append(moved + [dimension]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set opposite = 'corner_' ~ (moves | length - 1) -%}
        select
            in_need.month,
            {{ _keys('in_need', dimensions) }},
            {%- for dimension in dimensions %}
            {{ opposite }}.{{ dimension }} as opposite_{{ dimension }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from in_need
        {%- for moved in moves[1:] | reverse %}
        {%- set corner = 'corner_' ~ loop.revindex %}
        inner join judged as {{ corner }}
            on {{ _is_corner(corner, moved, opposite, dimensions, min_customers) }}
        {%- endfor %}
        qualify row_number() over (
            partition by in_need.month, {{ _keys('in_need', dimensions) }}
            order by
                {%- for moved in moves[1:] %}
                case when corner_{{ loop.index }}.is_sensitive then 0
                    else corner_{{ loop.index }}.customers end
                {{- ' +' if not loop.last }}
                {%- endfor %},
                {{ _keys(opposite, dimensions) }}
        ) = 1
{%- endmacro %}

{#-
  How a corner lies to the cell in need, whose value it has in all dimensions but those
  `moved`. A step to another value turns the direction in which the corner changes, a
  step from a value to the total or back does not, since a total changes as its parts
  do. A corner that changes the other way is not sensitive and large enough to hide the
  cell's rise; one that changes with it is large enough to hide its fall.
-#}
{% macro _is_corner(corner, moved, opposite, dimensions, min_customers) -%}
    {%- set turns = [] -%}
    in_need.month = {{ corner }}.month
    {%- for dimension in dimensions %}
            and {{ corner }}.{{ dimension }}
        {%- if dimension not in moved %} = in_need.{{ dimension }}
        {%- elif corner == opposite %} <> in_need.{{ dimension }}
        {%- else %} = {{ opposite }}.{{ dimension }}
        {%- endif %}
    {%- endfor %}
    {%- for dimension in moved -%}
        {%- do turns.append(
            '1 + in_need.' ~ dimension ~ '_is_total + ' ~ corner ~ '.' ~ dimension
            ~ '_is_total'
        ) -%}
    {%- endfor %}
            and {{ corner }}.totals < {{ dimensions | length }}
            and case
                when mod({{ turns | join(' + ') }}, 2) = 1
                    then
                        not {{ corner }}.is_sensitive
                        and {{ corner }}.money >= in_need.money_to_hide
                when in_need.totals > 0 then {{ corner }}.customers > 0
                else {{ corner }}.customers
                    >= {{ least_of(['in_need.customers', min_customers | string]) }}
            end
{%- endmacro %}

{#-
  For each cell that no box hides another that is not sensitive, nor is any total over
  it: what one rises the other falls, and every total over just one of both is withheld.
  Cheapest is what has most dimensions in common, then fewest customers.
-#}
{% macro _pairs(dimensions) -%}
        select
            unboxed.month,
            {{ _keys('unboxed', dimensions) }},
            {%- for dimension in dimensions %}
            other.{{ dimension }} as other_{{ dimension }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from unboxed
        inner join judged as other
            on
                unboxed.month = other.month
                and not other.is_sensitive
                and other.money >= unboxed.money_to_hide
        left join in_need as total
            on
                other.month = total.month
                and {{ _is_part('other.', 'total', dimensions) }}
        where unboxed.totals = 0 and other.totals = 0 and total.month is null
        qualify row_number() over (
            partition by unboxed.month, {{ _keys('unboxed', dimensions) }}
            order by
                {%- for dimension in dimensions %}
                case when unboxed.{{ dimension }} = other.{{ dimension }} then 0
                    else 1 end
                {{- ' +' if not loop.last }}
                {%- endfor %},
                other.customers,
                {{ _keys('other', dimensions) }}
        ) = 1
{%- endmacro %}

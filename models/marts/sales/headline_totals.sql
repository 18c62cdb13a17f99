-- What headlines come to in the latest periods and the ones before, and how far chance
-- moves the ratio of both.
-- Grain: one row per kind of period and metric that some unit bears on. Customers, and
-- visitors where it is about visits, are what chance draws anew. With a unit's part of
-- numerator and denominator, n / N - d / D now less the same before is its influence on
-- the logarithm of the metric's ratio, and the squares add up to its variance: the
-- delta method (Deng, Knoblich and Lu 2018), for totals the Poisson bootstrap in closed
-- form. A unit of both periods is one, so that what it keeps cancels out.
{%- set parts = [
    'numerator_now', 'denominator_now', 'numerator_before', 'denominator_before',
] %}
with

measures as (
    select * from {{ ref('period_measures') }}
),

made_of as (
    {%- for metric in headlines() %}
    {%- for part in ['numerator', 'denominator'] if metric[part] %}
    {{ 'union all ' if not (loop.first and metric.name == headlines()[0].name) -}}
    select
        '{{ metric.name }}' as metric,
        '{{ metric[part] }}' as measure,
        {{ part == 'numerator' }} as is_numerator
    {%- endfor %}
    {%- endfor %}
),

by_unit as (
    select
        made_of.metric,
        measures.period_type,
        measures.unit_id
        {%- for part in parts %},
        sum(case
            when
                {{ '' if 'numerator' in part else 'not ' }}made_of.is_numerator
                and {{ '' if 'now' in part else 'not ' }}measures.is_current
                then measures.amount
            else 0
        end) as {{ part }}
        {%- endfor %}
    from measures
    inner join made_of on measures.measure = made_of.measure
    group by made_of.metric, measures.period_type, measures.unit_id
),

totals as (
    select
        metric,
        period_type
        {%- for part in parts %},
        sum({{ part }}) as {{ part }},
        count(nullif({{ part }}, 0)) as {{ part }}_units
        {%- endfor %}
    from by_unit
    group by metric, period_type
),

influences as (
    select
        by_unit.metric,
        by_unit.period_type
        {%- for part in parts %}
        {{ ',' if loop.first }}
        {{- '-' if part in ['denominator_now', 'numerator_before'] else '+' }} coalesce(
            {{ ratio('by_unit.' ~ part, 'totals.' ~ part) }}, 0
        )
        {%- endfor %} as influence
    from by_unit
    inner join totals
        on by_unit.metric = totals.metric and by_unit.period_type = totals.period_type
),

-- Decimal, so that the sum does not depend on its order. What is cut off is too much
-- to tell an interval of.
variances as (
    select
        metric,
        period_type,
        cast(
            sum({{ as_decimal(
                least_of(['1000.0', 'influence * influence']), 38, 22
            ) }})
            as double
        ) as variance
    from influences
    group by metric, period_type
),

joined as (
    select
        totals.*,
        variances.variance
    from totals
    inner join variances
        on totals.metric = variances.metric
        and totals.period_type = variances.period_type
)

select * from joined

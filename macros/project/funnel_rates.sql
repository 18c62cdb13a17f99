{#- Rates of a funnel's steps from their counts; `steps` names a window over the steps
    of one funnel in order. From step to step those count who met both: where the order
    is open, more may have met the later one. -#}
{% macro funnel_rates(steps) -%}
    {{ ratio('entities', 'attempts') }} as conversion_rate,
        {{ ratio('entities_from_previous_step', 'lag(entities) over ' ~ steps) }}
            as step_conversion_rate,
        1 - {{ ratio(
            'lead(entities_from_previous_step) over ' ~ steps, 'entities'
        ) }} as drop_off_rate
{%- endmacro %}

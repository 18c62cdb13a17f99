{#- Time across engines: instants are UTC timestamps, days are those of the reporting
    timezone, and elapsed time is exact rather than a count of boundaries crossed. -#}

{#- Day of the reporting timezone in which a UTC instant falls. -#}
{% macro reporting_date(instant) -%}
    {{ adapter.dispatch('reporting_date', 'martlet')(instant, reporting_timezone()) }}
{%- endmacro %}

{#- UTC instant at which a day of the reporting timezone begins. -#}
{% macro start_of_reporting_date(day) -%}
    {{ adapter.dispatch('start_of_reporting_date', 'martlet')(
        day, reporting_timezone()
    ) }}
{%- endmacro %}

{% macro seconds_later(instant, seconds) -%}
    {{ adapter.dispatch('seconds_later', 'martlet')(instant, seconds) }}
{%- endmacro %}

{% macro days_later(day_or_instant, days) -%}
    {{ adapter.dispatch('days_later', 'martlet')(day_or_instant, days) }}
{%- endmacro %}

{#- Elapsed seconds between two instants, with fractions. -#}
{% macro elapsed_seconds(earlier, later) -%}
    {{ adapter.dispatch('elapsed_seconds', 'martlet')(earlier, later) }}
{%- endmacro %}

{#- Rows `date_day`, one for each day from first to last, both included. -#}
{% macro days_between(first_day, last_day) -%}
    {{ adapter.dispatch('days_between', 'martlet')(first_day, last_day) }}
{%- endmacro %}

{#- Days from one day to another. -#}
{% macro day_difference(earlier_day, later_day) -%}
    {{ adapter.dispatch('day_difference', 'martlet')(earlier_day, later_day) }}
{%- endmacro %}

{#- First day of the month in which a day falls. -#}
{% macro first_of_month(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}

{#- A first day of a month, so many months later. -#}
{% macro months_later(first_day, months) -%}
    {{ adapter.dispatch('months_later', 'martlet')(first_day, months) }}
{%- endmacro %}

{#- Months from that of one day to that of another. -#}
{% macro month_difference(earlier_day, later_day) -%}
    {{ adapter.dispatch('month_difference', 'martlet')(earlier_day, later_day) }}
{%- endmacro %}

{#- How many whole periods of so many seconds have passed from one instant to a later
    one, to the microsecond. -#}
{% macro periods_between(earlier, later, seconds) -%}
    {{ adapter.dispatch('periods_between', 'martlet')(earlier, later, seconds) }}
{%- endmacro %}

{#- A day so many years later; a 29th of February becomes the 28th. -#}
{% macro years_later(day, years) -%}
    {{ months_later(day, '12 * (' ~ years ~ ')') }}
{%- endmacro %}

{#- Instants are Spark's own timestamps; the profile holds every session to UTC. -#}

{% macro spark__reporting_date(instant, timezone) -%}
    cast(from_utc_timestamp({{ instant }}, '{{ timezone }}') as date)
{%- endmacro %}

{% macro spark__start_of_reporting_date(day, timezone) -%}
    to_utc_timestamp(cast({{ day }} as timestamp), '{{ timezone }}')
{%- endmacro %}

{% macro spark__seconds_later(instant, seconds) -%}
    timestampadd(second, {{ seconds }}, {{ instant }})
{%- endmacro %}

{% macro spark__days_later(day_or_instant, days) -%}
    ({{ day_or_instant }} + make_dt_interval(cast({{ days }} as integer)))
{%- endmacro %}

{% macro spark__elapsed_seconds(earlier, later) -%}
    (unix_micros({{ later }}) - unix_micros({{ earlier }})) / 1000000.0d
{%- endmacro %}

{% macro spark__days_between(first_day, last_day) -%}
    explode(sequence(cast({{ first_day }} as date), cast({{ last_day }} as date)))
{%- endmacro %}

{% macro spark__periods_between(earlier, later, seconds) -%}
    ((unix_micros({{ later }}) - unix_micros({{ earlier }}))
        div (cast({{ seconds }} as bigint) * 1000000))
{%- endmacro %}

{#- Unlike dbt's own, these are null where a day is. -#}
{% macro spark__day_difference(earlier_day, later_day) -%}
    cast(date_diff({{ later_day }}, {{ earlier_day }}) as bigint)
{%- endmacro %}

{% macro spark__months_later(first_day, months) -%}
    add_months({{ first_day }}, cast({{ months }} as int))
{%- endmacro %}

{% macro spark__month_difference(earlier_day, later_day) -%}
    cast(
        12 * (year({{ later_day }}) - year({{ earlier_day }}))
        + month({{ later_day }}) - month({{ earlier_day }}) as bigint
    )
{%- endmacro %}

{% macro duckdb__reporting_date(instant, timezone) -%}
    cast(timezone('{{ timezone }}', timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{% macro duckdb__start_of_reporting_date(day, timezone) -%}
    timezone('UTC', timezone('{{ timezone }}', cast({{ day }} as timestamp)))
{%- endmacro %}

{% macro duckdb__seconds_later(instant, seconds) -%}
    ({{ instant }} + to_seconds({{ seconds }}))
{%- endmacro %}

{% macro duckdb__days_later(day_or_instant, days) -%}
    ({{ day_or_instant }} + to_days(cast({{ days }} as integer)))
{%- endmacro %}

{% macro duckdb__elapsed_seconds(earlier, later) -%}
    (epoch_us({{ later }}) - epoch_us({{ earlier }})) / 1000000.0
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    cast(unnest(generate_series(
        cast({{ first_day }} as timestamp),
        cast({{ last_day }} as timestamp),
        interval 1 day
    )) as date)
{%- endmacro %}

{% macro duckdb__periods_between(earlier, later, seconds) -%}
    ((epoch_us({{ later }}) - epoch_us({{ earlier }}))
        // (cast({{ seconds }} as bigint) * 1000000))
{%- endmacro %}

{% macro duckdb__day_difference(earlier_day, later_day) -%}
    date_diff('day', {{ earlier_day }}, {{ later_day }})
{%- endmacro %}

{% macro duckdb__months_later(first_day, months) -%}
    cast({{ first_day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro duckdb__month_difference(earlier_day, later_day) -%}
    date_diff('month', {{ earlier_day }}, {{ later_day }})
{%- endmacro %}

{% macro duckdb__joined_texts(text, separator, order_by) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro duckdb__median(value) -%}
    median({{ value }})
{%- endmacro %}

{% macro duckdb__value_at_share(value, share) -%}
    quantile_cont({{ value }}, {{ share }})
{%- endmacro %}

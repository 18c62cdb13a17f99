{#-
  When the newest row of a raw table happened, for `dbt source freshness`. A table
  without rows is none that a shop has, and is late for nothing: it is told of the far
  future.
-#}
{% macro newest_row(relation, happened_at) -%}
select coalesce(
    max(cast({{ happened_at }} as timestamp)), cast('9999-12-31' as timestamp)
)
from {{ relation }}
{%- endmacro %}

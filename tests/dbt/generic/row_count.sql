{#- The table has exactly this many rows. -#}
{% test row_count(model, rows) %}

select count(*) as rows_found
from {{ model }}
having count(*) <> {{ rows }}

{% endtest %}

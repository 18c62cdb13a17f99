{% macro recommendation_id(algorithm, as_of_date, rank) -%}
    {{ algorithm }} || '.' || cast({{ as_of_date }} as {{ dbt.type_string() }})
    || '.' || cast({{ rank }} as {{ dbt.type_string() }})
{%- endmacro %}

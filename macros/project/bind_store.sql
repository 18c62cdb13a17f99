{#-
  A warehouse remembers which store it was built from and refuses another: model runs
  and ledgers of two shops in one file would be told as one.
-#}
{% macro bind_store() %}
    {%- if execute -%}
        {%- set raw = raw_directory() -%}
        {%- set store_id = _first_value(
            "select store_id from " ~ source('store', 'store'), raw
        ) -%}
        {%- set bound = _first_value(
            "select store_id from " ~ source('ops', 'store'), none
        ) -%}
        {%- if bound is none -%}
            {%- do run_query(
                "insert into " ~ _ledger('store') ~ " values ('"
                ~ store_id | replace("'", "''") ~ "')"
            ) -%}
        {%- elif bound != store_id -%}
            {%- do exceptions.raise_compiler_error(
                "This warehouse was built from store '" ~ bound ~ "', and " ~ raw
                ~ " holds store '" ~ store_id ~ "'. Give each store a home of its own: "
                ~ "MARTLET_HOME=data/" ~ store_id | replace('/', '_') ~ " martlet build"
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    (
        coalesce({{ pattern }}, '') = ''
        or regexp_full_match(coalesce({{ text }}, ''), coalesce({{ pattern }}, ''), 'i')
    )
{%- endmacro %}

{% macro duckdb__first_group(text, pattern) -%}
    {{- return("regexp_extract(" ~ text ~ ", '" ~ pattern ~ "', 1)") -}}
{%- endmacro %}

{% macro duckdb__content_hash(alias) -%}
    md5(concat_ws('|', *columns({{ alias }}.* exclude (load_id))))
    || md5(cast(struct_update({{ alias }}, load_id := '') as varchar))
{%- endmacro %}

{% macro duckdb__normalised_search_term(term) -%}
    trim(regexp_replace(lower({{ term }}), '[\s\p{Z}]+', ' ', 'g'))
{%- endmacro %}

{% macro duckdb__contains_pattern(text, pattern) -%}
    {{- return("regexp_matches(" ~ text ~ ", '" ~ pattern ~ "')") -}}
{%- endmacro %}

{% macro duckdb__failure(message) -%}
    {{- return("error('" ~ message ~ "')") -}}
{%- endmacro %}

{% macro duckdb__all_columns_but(column) -%}
    {{- return("* exclude (" ~ column ~ ")") -}}
{%- endmacro %}

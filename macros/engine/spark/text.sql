{#- `\A`, `\z` and the flags are Java's: case of all letters, lines that end in \n
    alone; DuckDB's patterns are RE2's. -#}
{% macro spark__matches_pattern(text, pattern) -%}
    (
        coalesce({{ pattern }}, '') = ''
        or regexp(
            coalesce({{ text }}, ''),
            concat(r'(?iud)\A(?:', coalesce({{ pattern }}, ''), r')\z')
        )
    )
{%- endmacro %}

{% macro spark__first_group(text, pattern) -%}
    {{- return("regexp_extract(" ~ text ~ ", r'" ~ pattern ~ "', 1)") -}}
{%- endmacro %}

{% macro spark__content_hash(alias) -%}
    md5(concat_ws('|', {{ alias }}.* except (load_id)))
    || md5(to_json(struct({{ alias }}.* except (load_id))))
{%- endmacro %}

{% macro spark__normalised_search_term(term) -%}
    trim(regexp_replace(lower({{ term }}), r'[\s\p{Z}]+', ' '))
{%- endmacro %}

{% macro spark__contains_pattern(text, pattern) -%}
    {{- return("regexp(" ~ text ~ ", r'" ~ pattern ~ "')") -}}
{%- endmacro %}

{% macro spark__failure(message) -%}
    {{- return("raise_error('" ~ message ~ "')") -}}
{%- endmacro %}

{% macro spark__all_columns_but(column) -%}
    {{- return("* except (" ~ column ~ ")") -}}
{%- endmacro %}

{#- dbt-spark lets backslashes stand, which begin an escape: patterns in the rows of
    unit tests lost theirs. -#}
{% macro spark__escape_single_quotes(expression) -%}
    {{- return(_escaped(expression)) -}}
{%- endmacro %}

{#- A list in the rows of a unit test is written `[1, 2]`, as DuckDB writes it. -#}
{% macro spark__safe_cast(field, type) -%}
    {%- set is_list = field is string and field.startswith("'[") -%}
    {{- return(dbt.spark__safe_cast(
        "array(" ~ field.strip("'[]") ~ ")" if is_list and type.startswith('array')
        else field,
        type
    )) -}}
{%- endmacro %}

{#- Text functions whose names or regular expressions differ between engines. -#}

{#- Whether the whole text matches the pattern, whatever its case; an empty pattern
    matches everything, an absent text counts as empty. -#}
{% macro matches_pattern(text, pattern) -%}
    {{ adapter.dispatch('matches_pattern', 'martlet')(text, pattern) }}
{%- endmacro %}

{% macro duckdb__matches_pattern(text, pattern) -%}
    (
        coalesce({{ pattern }}, '') = ''
        or regexp_full_match(coalesce({{ text }}, ''), coalesce({{ pattern }}, ''), 'i')
    )
{%- endmacro %}

{#- Host of a URL in lower case without a leading www., null where there is none. -#}
{% macro url_host(url) -%}
    {{ adapter.dispatch('url_host', 'martlet')(url) }}
{%- endmacro %}

{% macro duckdb__url_host(url) -%}
    nullif(lower(regexp_extract(
        {{ url }}, '^[A-Za-z][A-Za-z0-9+.-]*://(?:www\.)?([^/:?#]+)', 1
    )), '')
{%- endmacro %}

{#- Path of a URL: no host, query or fragment; `/` for the front page. -#}
{% macro url_path(url) -%}
    {{ adapter.dispatch('url_path', 'martlet')(url) }}
{%- endmacro %}

{% macro duckdb__url_path(url) -%}
    coalesce(
        nullif(
            regexp_extract(
                {{ url }}, '^(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?([^?#]*)', 1
            ),
            ''
        ),
        '/'
    )
{%- endmacro %}

{#- A hash of every column of the row called `alias` but its load_id: equal for equal
    content, whichever load brought it. -#}
{% macro content_hash(alias) -%}
    {{ adapter.dispatch('content_hash', 'martlet')(alias) }}
{%- endmacro %}

{% macro duckdb__content_hash(alias) -%}
    md5(cast(struct_update({{ alias }}, load_id := '') as varchar))
{%- endmacro %}

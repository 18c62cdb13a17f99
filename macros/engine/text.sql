{#- Text functions whose names or regular expressions differ between engines. -#}

{#- Whether the whole text matches the pattern, whatever its case; an empty pattern
    matches everything, an absent text counts as empty. -#}
{% macro matches_pattern(text, pattern) -%}
    {{ adapter.dispatch('matches_pattern', 'martlet')(text, pattern) }}
{%- endmacro %}

{#- What the first group of a pattern matches in a text; empty where nothing does. -#}
{% macro first_group(text, pattern) -%}
    {{- return(adapter.dispatch('first_group', 'martlet')(text, pattern)) -}}
{%- endmacro %}

{#- Host of a URL in lower case without a leading www., null where there is none. -#}
{% macro url_host(url) -%}
    {%- set pattern = '^[A-Za-z][A-Za-z0-9+.-]*://(?:www[.])?([^/:?#]+)' -%}
    nullif(lower({{ first_group(url, pattern) }}), '')
{%- endmacro %}

{#- Path of a URL: no host, query or fragment; `/` for the front page. -#}
{% macro url_path(url) -%}
    {%- set pattern = '^(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?([^?#]*)' -%}
    coalesce(nullif({{ first_group(url, pattern) }}, ''), '/')
{%- endmacro %}

{#- A hash of every column of the row called `alias` but its load_id: equal for equal
    content, whichever load brought it. Its first half is the same in every engine, and
    does not tell rows apart that have the same values elsewhere; its second does. -#}
{% macro content_hash(alias) -%}
    {{ adapter.dispatch('content_hash', 'martlet')(alias) }}
{%- endmacro %}

{#- What a visitor typed, so that the same search has one spelling: lower case, no space
    around it and one between words. -#}
{% macro normalised_search_term(term) -%}
    {{ adapter.dispatch('normalised_search_term', 'martlet')(term) }}
{%- endmacro %}

{#- Whether the pattern matches anywhere in the text. -#}
{% macro contains_pattern(text, pattern) -%}
    {{- return(adapter.dispatch('contains_pattern', 'martlet')(text, pattern)) -}}
{%- endmacro %}

{#- An expression that fails with a message as soon as a row needs it. -#}
{% macro failure(message) -%}
    {{- return(adapter.dispatch('failure', 'martlet')(message)) -}}
{%- endmacro %}

{#- Every column of the only relation that is selected from, but one. -#}
{% macro all_columns_but(column) -%}
    {{- return(adapter.dispatch('all_columns_but', 'martlet')(column)) -}}
{%- endmacro %}

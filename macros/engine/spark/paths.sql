{#- Paths as people write them, as Spark spells them, and as its patterns want them. -#}

{#- The path of the raw directory as its files spell it, since a table's must be whole:
    what they all begin with, up to the last that is spelled like the directory. -#}
{% macro _whole_path(directory, listing) -%}
    {%- set found = run_query("select min(path), max(path) from " ~ listing).rows[0] -%}
    {%- set raw = '/' ~ _normalised(directory) ~ '/' -%}
    {%- if found[0] is none -%}
        {{- return(raw | trim('/')) -}}
    {%- endif -%}
    {%- set first, last = '/' ~ found[0], '/' ~ found[1] -%}
    {%- set shared = namespace(length=0) -%}
    {%- for letter in first -%}
        {%- set at = loop.index0 -%}
        {%- if shared.length == at and last[at:loop.index] == letter -%}
            {%- set shared.length = loop.index -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set above = first[:shared.length].rpartition(raw) -%}
    {%- if not above[1] -%}
        {{- exceptions.raise_compiler_error(
            "The raw directory " ~ directory ~ " is called otherwise by Spark: "
            ~ found[0] ~ " is in it. Give MARTLET_RAW as the whole path."
        ) -}}
    {%- endif -%}
    {{- return((above[0] ~ raw)[1:-1]) -}}
{%- endmacro %}

{#- A path without `.`, `..` and doubled slashes; what is above a relative one is left
    out. An address keeps its own. -#}
{% macro _normalised(path) -%}
    {%- set parts = [] -%}
    {%- for part in path.split('/') if part not in ('', '.') -%}
        {%- if part != '..' -%}
            {%- do parts.append(part) -%}
        {%- elif parts -%}
            {%- do parts.pop() -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(path | trim('/') if '://' in path else parts | join('/')) -}}
{%- endmacro %}

{#- A path as text in a pattern of Hadoop's, its own wildcards taken literally. -#}
{% macro _spark_path(path) -%}
    {{- return(modules.re.sub("([][*?{}\\\\])", "\\\\\\1", path) | replace("'", "\\'"))
    -}}
{%- endmacro %}

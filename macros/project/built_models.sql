{#- What `ops.built_models` tells of a model and of those above it. -#}

{#- What a model was last built by, and up to which change; zeros before the first. -#}
{% macro _state_of(model_name) -%}
    {%- set state = namespace(settings=none, refresh_number=0, change_number=0) -%}
    {%- set ledger = _ledger('built_models') -%}
    {%- if load_relation(ledger) is not none -%}
        {%- set found = run_query(
            "select settings, refresh_number, change_number from " ~ ledger
            ~ " where model_name = '" ~ model_name ~ "'"
        ) -%}
        {%- for row in found.rows -%}
            {%- set state.settings = row[0] -%}
            {%- set state.refresh_number = row[1] | int -%}
            {%- set state.change_number = row[2] | int -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(state) -}}
{%- endmacro %}

{#- The last change that everything this model reads has taken in. -#}
{% macro _last_change() -%}
    {%- set numbers = [] -%}
    {%- for parent in _noted_parents() -%}
        {%- do numbers.append(_state_of(parent.name).change_number) -%}
    {%- endfor -%}
    {{- return(numbers | min if numbers else 0) -}}
{%- endmacro %}

{#- Models above this one that note how they were built. -#}
{% macro _noted_parents() -%}
    {%- set parents = [] -%}
    {%- for name in model.depends_on.nodes if name in graph.nodes -%}
        {%- if _is_noted(graph.nodes[name]) -%}
            {%- do parents.append(graph.nodes[name]) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(parents) -}}
{%- endmacro %}

{% macro _is_noted(node) -%}
    {{- return(
        node.config.materialized == 'incremental' or node.config.meta.get('is_noted')
    ) -}}
{%- endmacro %}

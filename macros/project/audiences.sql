{#- Audiences whose members are followed and exported: one name for each file of
    models/segments that says its purpose. -#}
{% macro audiences() -%}
    {{- return([
        'at_risk_high_value',
        'bargain_hunters',
        'birthdays',
        'cart_abandoners',
        'category_fans',
        'champions',
        'high_uplift',
        'lapsing',
        'likely_to_buy',
        'likely_to_churn',
        'new_without_second_order',
        'recommendations',
        'win_back',
    ]) -}}
{%- endmacro %}

{#- What an audience says of itself. Whatever says its purpose has to be listed. -#}
{% macro audience_meta(segment) -%}
    {%- if not execute -%}
        {{- return({'control_share': 0}) -}}
    {%- endif -%}
    {%- set found = namespace(meta={}) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' -%}
        {%- if node.config.meta.get('purpose') and node.name not in audiences() -%}
            {%- do exceptions.raise_compiler_error(
                "The audience " ~ node.name ~ " is not followed yet. Add its name "
                ~ "to the list in macros/project/audiences.sql"
            ) -%}
        {%- endif -%}
        {%- if node.name == segment -%}
            {%- set found.meta = node.config.meta -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in [
        'title', 'owner', 'channel', 'purpose', 'refresh', 'control_share'
    ] if name not in found.meta -%}
        {%- do exceptions.raise_compiler_error(
            "The audience " ~ segment ~ " does not say its " ~ name ~ ". Add it "
            ~ "to the meta in models/segments/" ~ segment ~ ".sql"
        ) -%}
    {%- endfor -%}
    {{- return(found.meta) -}}
{%- endmacro %}

{#- Whether an audience reads what a Python model tells. -#}
{% macro audience_rests_on(segment, prediction) -%}
    {%- set rests = namespace(so=false) -%}
    {%- for node in graph.get('nodes', {}).values() if node.name == segment -%}
        {%- set rests.so = descends_from(node, prediction) -%}
    {%- endfor -%}
    {{- return(rests.so) -}}
{%- endmacro %}

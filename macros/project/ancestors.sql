{#- All that a model reads, itself or by way of others, by unique id. -#}
{% macro ancestors(node) -%}
    {%- set ahead = node.depends_on.nodes | list -%}
    {%- set seen = {} -%}
    {%- for _ in graph.nodes if ahead -%}
        {%- set current = ahead.pop() -%}
        {%- if current not in seen -%}
            {%- do seen.update({current: true}) -%}
            {%- set reads = graph.nodes.get(current, {}).get('depends_on', {}) -%}
            {%- do ahead.extend(reads.get('nodes', [])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(seen) -}}
{%- endmacro %}

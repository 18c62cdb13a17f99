{#- Whether a model reads another, itself or by way of others. -#}
{% macro descends_from(node, name) -%}
    {%- set ancestor = 'model.' ~ project_name ~ '.' ~ name -%}
    {%- set ahead = node.depends_on.nodes | list -%}
    {%- set seen = [] -%}
    {%- for _ in graph.nodes if ahead -%}
        {%- set current = ahead.pop() -%}
        {%- if current not in seen -%}
            {%- do seen.append(current) -%}
            {%- set reads = graph.nodes.get(current, {}).get('depends_on', {}) -%}
            {%- do ahead.extend(reads.get('nodes', [])) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(ancestor in seen) -}}
{%- endmacro %}

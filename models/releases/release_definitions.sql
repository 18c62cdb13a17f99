-- What can be released: the tables that say so in the meta of their model.
-- Grain: one row per table.
{%- set definitions = [] %}
{%- if execute %}
    {%- for node in graph.nodes.values() | sort(attribute='name')
        if node.resource_type == 'model' and node.config.meta.get('released_as') %}
        {%- do definitions.append((node.name, node.config.meta)) %}
    {%- endfor %}
{%- endif %}
with

told as (
    {%- for release_name, meta in definitions %}
    select
        '{{ release_name }}' as release_name,
        '{{ meta["released_as"] }}' as title,
        '{{ meta["dimensions"] | join(" ") }}' as dimensions,
        '{{ meta["measures"] | join(" ") }}' as measures
    {{ 'union all' if not loop.last }}
    {%- else %}
    select null as release_name
    {%- endfor %}
)

select * from told

-- What each audience is for, read from the meta of its model.
-- Grain: one row per segment.
{%- set definitions = [] %}
{%- if execute %}
    {%- for node in graph.nodes.values() | sort(attribute='name')
        if node.resource_type == 'model' and node.config.meta.get('purpose') %}
        {%- do definitions.append((node.name, node.config.meta)) %}
    {%- endfor %}
{%- endif %}
with

definitions as (
    {%- for segment_id, meta in definitions %}
    select
        '{{ segment_id }}' as segment_id,
        '{{ meta["title"] | replace("'", "''") }}' as title,
        '{{ meta["owner"] | replace("'", "''") }}' as owner,
        '{{ meta["channel"] }}' as channel,
        '{{ meta["purpose"] }}' as purpose,
        cast({{ meta["control_share"] }} as double) as control_share
    {{ 'union all' if not loop.last }}
    {%- else %}
    select null as segment_id
    {%- endfor %}
)

select * from definitions

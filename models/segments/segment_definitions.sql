-- What each audience is for, read from the meta of its model, and whether it rests on
-- scores that are too old to act on.
-- Grain: one row per segment.
{%- set definitions = [] %}
{%- if execute %}
    {%- for node in graph.nodes.values() | sort(attribute='name')
        if node.resource_type == 'model' and node.config.meta.get('purpose') %}
        {%- do definitions.append((
            node.name, node.config.meta, descends_from(node, 'pred_customer_scores')
        )) %}
    {%- endfor %}
{%- endif %}
with

scores as (
    select * from {{ ref('customer_scores') }}
),

definitions as (
    {%- for segment_id, meta, uses_scores in definitions %}
    select
        '{{ segment_id }}' as segment_id,
        '{{ meta["title"] | replace("'", "''") }}' as title,
        '{{ meta["owner"] | replace("'", "''") }}' as owner,
        '{{ meta["channel"] }}' as channel,
        '{{ meta["purpose"] }}' as purpose,
        cast({{ meta["control_share"] }} as double) as control_share,
        {{ uses_scores | lower }} as uses_scores
    {{ 'union all' if not loop.last }}
    {%- else %}
    select null as segment_id, false as uses_scores
    {%- endfor %}
),

oldest as (
    select
        min(as_of_date) as oldest_score_date,
        count(case when is_stale then 1 end) as stale_scores
    from scores
),

told as (
    select
        definitions.*,
        case when definitions.uses_scores then oldest.oldest_score_date end
            as oldest_score_date,
        definitions.uses_scores and oldest.stale_scores > 0 as has_stale_scores
    from definitions
    cross join oldest
)

select * from told

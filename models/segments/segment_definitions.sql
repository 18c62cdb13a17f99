-- What each audience is for, read from the meta of its model, and whether it rests on
-- scores that are too old to act on.
-- Grain: one row per segment.
{%- set scored_by = {
    'pred_customer_scores': 'customer_scores',
    'pred_customer_uplift': 'customer_uplift',
    'pred_customer_value': 'customer_clv',
} %}
{%- set followed = followed_audiences() %}
with

{% for mart in scored_by.values() -%}
{{ mart }} as (
    select min(as_of_date) as oldest_score_date from {{ ref(mart) }}
),

{% endfor -%}
period as (
    select * from {{ ref('int_data_period') }}
),

definitions as (
    {%- for audience in followed %}
    select
        '{{ audience.segment_id }}' as segment_id,
        {%- for name in ['title', 'owner', 'channel', 'purpose', 'refresh'] %}
        '{{ audience.meta[name] | replace("'", "''") }}' as {{ name }},
        {%- endfor %}
        cast({{ audience.meta.control_share }} as double) as control_share
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

scores as (
    {%- for audience in followed %}
    {%- for prediction, mart in scored_by.items() %}
    {%- set unique_id = 'model.' ~ project_name ~ '.' ~ prediction %}
    select
        '{{ audience.segment_id }}' as segment_id,
        {{ (unique_id in audience.reads) | lower }} as uses_scores,
        oldest_score_date
    from {{ mart }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

oldest as (
    select
        segment_id,
        count(*) > 0 as uses_scores,
        min(oldest_score_date) as oldest_score_date
    from scores
    where uses_scores
    group by segment_id
),

told as (
    select
        definitions.*,
        coalesce(oldest.uses_scores, false) as uses_scores,
        oldest.oldest_score_date,
        coalesce(
            {{ is_stale('oldest.oldest_score_date', 'period.as_of_date') }}, false
        ) as has_stale_scores
    from definitions
    cross join period
    left join oldest on definitions.segment_id = oldest.segment_id
)

select * from told

-- What the arms of experiments add up to, in all, by segment and by score decile.
-- Grain: one row per campaign, dimension, group, arm and metric. Beside each metric
-- stands what customers had spent before they were drawn, of which nothing can be owed
-- to the campaign. Sums are of decimals: they do not depend on the order of rows.
{%- set values = {
    'conversion_rate': 'case when outcomes.is_converted then 1 else 0 end',
    'revenue_per_customer': 'outcomes.revenue',
    'margin_per_customer': 'outcomes.margin',
} %}
{%- set dimensions = [
    ('everyone', "'everyone'"),
    ('segment', 'segment_id'),
    ('score_decile', 'cast(score_decile as ' ~ dbt.type_string() ~ ')'),
] %}
with

outcomes as (
    select * from {{ ref('label_campaign_outcomes') }}
),

known as (
    select * from {{ ref('feat_campaign_contacts') }}
    where is_assignment
),

customers as (
    select
        outcomes.campaign_id,
        outcomes.arm,
        outcomes.segment_id,
        outcomes.score_decile,
        outcomes.is_converted,
        outcomes.is_window_closed,
        {{ money('coalesce(known.net_sales, 0)') }} as spent_before
        {%- for metric in lift_metrics() %},
        {{ money(values[metric]) }} as {{ metric }}
        {%- endfor %}
    from outcomes
    left join known
        on
            outcomes.campaign_id = known.campaign_id
            and outcomes.customer_id = known.customer_id
),

summed as (
    {%- for dimension, group_name in dimensions %}
    select
        campaign_id,
        '{{ dimension }}' as dimension,
        {{ group_name }} as group_name,
        arm,
        count(*) as customers,
        count(case when is_converted then 1 end) as converted,
        count(case when not is_window_closed then 1 end) = 0 as is_window_closed,
        sum(spent_before) as before_total,
        sum(spent_before * spent_before) as before_squares
        {%- for metric in lift_metrics() %},
        sum({{ metric }}) as {{ metric }}_total,
        sum({{ metric }} * {{ metric }}) as {{ metric }}_squares,
        sum({{ metric }} * spent_before) as {{ metric }}_products
        {%- endfor %}
    from customers
    where {{ group_name }} is not null
    group by campaign_id, {{ group_name }}, arm
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

by_metric as (
    {%- for metric in lift_metrics() %}
    select
        campaign_id,
        dimension,
        group_name,
        arm,
        '{{ metric }}' as metric,
        customers,
        converted,
        is_window_closed,
        {{ money('before_total') }} as before_total,
        {{ as_decimal('before_squares', 27, 8) }} as before_squares,
        {{ money(metric ~ '_total') }} as total,
        {{ as_decimal(metric ~ '_squares', 27, 8) }} as squares,
        {{ as_decimal(metric ~ '_products', 27, 8) }} as products
    from summed
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from by_metric

-- Features of customers at the instants at which campaigns contacted them, joined to
-- whether they then responded.
-- Grain: one row per target, period_date and entity_id (a contact), for windows that
-- have closed within their period.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_campaign_contacts') }}
    where not is_latest and not is_assignment
),

periods as (
    select * from {{ ref('input_periods') }}
),

{% for target in prediction_targets('contact') -%}
label_{{ target.name }} as (
    select * from {{ ref('label_' ~ target.name) }}
),

{% endfor -%}
labelled as (
    {%- for target in prediction_targets('contact') %}
    select
        {{ prediction_columns(
            target,
            'periods.period_date',
            'features.contact_id'
        ) }},
        case when happened.contact_id is null then 0 else 1 end as label
    from features
    inner join periods
        on
            periods.target = '{{ target.name }}'
            and {{ reporting_date('features.contacted_at') }} = periods.instant_date
            and {{ horizon_later('features.contacted_at', target.horizon_days) }}
            <= periods.next_period_at
    left join label_{{ target.name }} as happened
        on features.contact_id = happened.contact_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from labelled

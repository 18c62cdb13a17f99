-- Features of carts that were open when a past day began, joined to whether their
-- visitor then bought.
-- Grain: one row per target, period_date and entity_id (a cart on a day), for windows
-- that have closed within their period.
{{ config(materialized='view') }}
with

features as (
    select * from {{ ref('feat_carts') }}
    where not is_latest
),

periods as (
    select * from {{ ref('input_periods') }}
),

{% for target in prediction_targets('cart') -%}
label_{{ target.name }} as (
    select * from {{ ref('label_' ~ target.name) }}
),

{% endfor -%}
labelled as (
    {%- for target in prediction_targets('cart') %}
    select
        {{ prediction_columns(
            target,
            'periods.period_date',
            "features.cart_id || ':' || cast(features.as_of_date as string)"
        ) }},
        case when happened.cart_id is null then 0 else 1 end as label
    from features
    inner join periods
        on
            periods.target = '{{ target.name }}'
            and {{ reporting_date('features.as_of_at') }} = periods.instant_date
            and {{ horizon_later('features.as_of_at', target.horizon_days) }}
            <= periods.next_period_at
    left join label_{{ target.name }} as happened
        on
            features.as_of_at = happened.as_of_at
            and features.cart_id = happened.cart_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from labelled

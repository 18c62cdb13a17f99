-- Whether the models of customers treat groups of them alike, on the time that they
-- were judged on: who would be contacted, and how often that is right and wrong.
-- Grain: one row per model, attribute and group. Groups smaller than
-- fairness_min_customers are told and not judged. Empty until the models have run.
with

scores as (
    select * from {{ ref('pred_evaluation_scores') }}
    where
        model_name in (
            {%- for target in prediction_targets('customer') %}
            '{{ target.name }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
),

customers as (
    select * from {{ ref('dim_customers') }}
),

described as (
    select
        scores.*,
        case when scores.score >= scores.threshold then 1 else 0 end as is_selected,
        customers.gender,
        {{ age_band('year(scores.period_date) - customers.birth_year') }} as age_band,
        customers.country
    from scores
    inner join customers on scores.entity_id = customers.customer_id
),

by_attribute as (
    {%- for attribute in ['gender', 'age_band', 'country'] %}
    select
        described.*,
        '{{ attribute }}' as attribute,
        coalesce({{ attribute }}, '(unknown)') as group_name
    from described
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

counted as (
    select
        run_id,
        model_name,
        attribute,
        group_name,
        count(*) as customers,
        {{ ratio('sum(label)', 'count(*)') }} as positive_rate,
        avg(score) as mean_score,
        {{ ratio('sum(is_selected)', 'count(*)') }} as selection_rate,
        {{ ratio('sum(is_selected * label)', 'sum(label)') }} as true_positive_rate,
        {{ ratio('sum(is_selected * (1 - label))', 'sum(1 - label)') }}
            as false_positive_rate
    from by_attribute
    group by run_id, model_name, attribute, group_name
),

with_gaps as (
    select
        counted.*,
        mean_score - positive_rate as calibration_gap,
        customers >= {{ var('fairness_min_customers') }} as is_judged,
        {%- for rate in [
            'selection_rate', 'true_positive_rate', 'false_positive_rate'
        ] %}
        {{ rate }} - sum({{ rate }} * customers) over attributes
        / sum(case when {{ rate }} is not null then customers end) over attributes
            as {{ rate }}_gap{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    window attributes as (partition by model_name, attribute)
),

judged as (
    select
        with_gaps.*,
        is_judged and greatest(
            abs(coalesce(calibration_gap, 0)),
            abs(coalesce(selection_rate_gap, 0)),
            abs(coalesce(true_positive_rate_gap, 0)),
            abs(coalesce(false_positive_rate_gap, 0))
        ) > {{ var('fairness_max_gap') }} as is_gap_large
    from with_gaps
)

select * from judged

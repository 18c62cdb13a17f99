-- Whether the models of customers treat groups of them alike, on the time that they
-- were judged on: who would be contacted, and how often that is right and wrong.
-- Grain: one row per model, attribute and group. A gap is a group's rate less that of
-- all, null where the rate is of fewer than fairness_min_customers. Empty until the
-- models have run.
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
        cast(sum(label) as bigint) as positives,
        cast(sum(is_selected) as bigint) as selected_customers,
        cast(sum(is_selected * label) as bigint) as selected_positives,
        {{ ratio('sum(label)', 'count(*)') }} as positive_rate,
        {{ ratio('sum(' ~ weight('score') ~ ')', 'count(*)') }} as mean_score,
        {{ ratio('sum(is_selected)', 'count(*)') }} as selection_rate,
        {{ ratio('sum(is_selected * label)', 'sum(label)') }} as true_positive_rate,
        {{ ratio('sum(is_selected * (1 - label))', 'sum(1 - label)') }}
            as false_positive_rate
    from by_attribute
    group by run_id, model_name, attribute, group_name
),

with_overall as (
    select
        counted.*,
        sum(customers) over attributes as all_customers,
        sum(positives) over attributes as all_positives,
        sum(selected_customers) over attributes as selected,
        sum(selected_positives) over attributes as true_positives
    from counted
    window attributes as (partition by model_name, attribute)
),

with_gaps as (
    select
        run_id,
        model_name,
        attribute,
        group_name,
        customers,
        positives,
        positive_rate,
        mean_score,
        selection_rate,
        true_positive_rate,
        false_positive_rate,
        case when customers >= {{ var('fairness_min_customers') }}
            then mean_score - positive_rate
        end as calibration_gap,
        case when customers >= {{ var('fairness_min_customers') }}
            then selection_rate - {{ ratio('selected', 'all_customers') }}
        end as selection_rate_gap,
        case when positives >= {{ var('fairness_min_customers') }}
            then true_positive_rate - {{ ratio('true_positives', 'all_positives') }}
        end as true_positive_rate_gap,
        case when customers - positives >= {{ var('fairness_min_customers') }}
            then false_positive_rate - {{ ratio(
                'selected - true_positives', 'all_customers - all_positives'
            ) }}
        end as false_positive_rate_gap
    from with_overall
),

judged as (
    select
        with_gaps.*,
        {{ greatest_of([
            'abs(coalesce(calibration_gap, 0))',
            'abs(coalesce(selection_rate_gap, 0))',
            'abs(coalesce(true_positive_rate_gap, 0))',
            'abs(coalesce(false_positive_rate_gap, 0))',
        ]) }} > {{ var('fairness_max_gap') }} as is_gap_large
    from with_gaps
)

select * from judged

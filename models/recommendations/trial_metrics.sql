-- How good each recommender was at the trial, beside popularity.
-- Grain: one row per algorithm, customer_group, metric and cutoff. Means over customers
-- have normal 95 % intervals; a gain is the mean of the differences to popularity of
-- the same customers. Coverage is of the goods that could be offered, by all lists.
{%- set metrics = {
    'precision': 'precision',
    'recall': 'recall',
    'f1': 'f1',
    'map': 'average_precision',
    'ndcg': 'ndcg',
    'novelty': 'novelty',
    'served_share': 'served_share',
} %}
with

outcomes as (
    select * from {{ ref('trial_outcomes') }}
),

lists as (
    select * from {{ ref('trial_lists') }}
),

products as (
    select * from {{ ref('feat_products') }}
    where purpose = 'trial' and is_available
),

long as (
    {%- for metric, column in metrics.items() %}
    select
        algorithm,
        customer_id,
        customer_group,
        cutoff,
        '{{ metric }}' as metric_name,
        {{ weight(column) }} as metric_value
    from outcomes
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

of_each_group as (
    select * from long
    union all
    select algorithm, customer_id, 'all', cutoff, metric_name, metric_value from long
),

compared as (
    select
        of_each_group.*,
        baseline.metric_value as baseline_value,
        of_each_group.metric_value - baseline.metric_value as gain
    from of_each_group
    left join long as baseline
        on
            of_each_group.customer_id = baseline.customer_id
            and of_each_group.cutoff = baseline.cutoff
            and of_each_group.metric_name = baseline.metric_name
            and baseline.algorithm = 'popularity'
),

averaged as (
    select
        algorithm,
        customer_group,
        metric_name,
        cutoff,
        count(*) as customers,
        {{ mean_of('metric_value') }} as metric_value,
        {{ standard_error_of('metric_value') }} as standard_error,
        {{ mean_of('baseline_value') }} as baseline_value,
        {{ mean_of('gain') }} as gain,
        {{ standard_error_of('gain') }} as gain_standard_error
    from compared
    group by algorithm, customer_group, metric_name, cutoff
),

catalogue as (
    select count(*) as products from products
),

covered as (
    select
        outcomes.algorithm,
        outcomes.cutoff,
        count(distinct outcomes.customer_id) as customers,
        count(distinct lists.product_id) as products
    from outcomes
    inner join lists
        on
            outcomes.algorithm = lists.algorithm
            and outcomes.customer_id = lists.customer_id
            and outcomes.cutoff >= lists.rank
    group by outcomes.algorithm, outcomes.cutoff
),

with_intervals as (
    {%- set z = normal_quantile_975() %}
    select
        algorithm,
        customer_group,
        metric_name,
        cutoff,
        customers,
        metric_value,
        metric_value - {{ z }} * standard_error as ci_low,
        metric_value + {{ z }} * standard_error as ci_high,
        baseline_value,
        gain,
        gain - {{ z }} * gain_standard_error as gain_ci_low,
        gain + {{ z }} * gain_standard_error as gain_ci_high
    from averaged
    union all
    select
        covered.algorithm,
        'all' as customer_group,
        'coverage' as metric_name,
        covered.cutoff,
        covered.customers,
        {{ ratio('covered.products', 'catalogue.products') }} as metric_value,
        null as ci_low,
        null as ci_high,
        {{ ratio('baseline.products', 'catalogue.products') }} as baseline_value,
        {{ ratio('covered.products - baseline.products', 'catalogue.products') }}
            as gain,
        null as gain_ci_low,
        null as gain_ci_high
    from covered
    inner join covered as baseline
        on covered.cutoff = baseline.cutoff and baseline.algorithm = 'popularity'
    cross join catalogue
)

select * from with_intervals

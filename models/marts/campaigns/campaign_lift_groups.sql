-- What randomised campaigns changed, by intention to treat, in all, by segment and by
-- score decile.
-- Grain: one row per campaign, dimension, group, arm other than control, and metric.
-- Nothing is told of a difference before the outcome window of everybody is over: to
-- look again and again until something shows would find what is not there. P-values are
-- corrected by Holm (1979) over all arms and groups of a campaign, dimension and
-- metric, and the verdict goes by them.
with

comparisons as (
    select * from {{ ref('arm_comparisons') }}
),

ratio_checks as (
    select * from {{ ref('sample_ratio_checks') }}
),

spend as (
    select campaign_id, sum(spend) as spend from {{ ref('campaign_days') }}
    where attribution_model = 'last_touch' and date_basis = 'conversion'
    group by campaign_id
),

judged as (
    select
        comparisons.*,
        ratio_checks.srm_p_value,
        spend.spend as campaign_spend,
        case
            when comparisons.control_customers is null then 'not randomised'
            when ratio_checks.srm_p_value < 0.001 then 'arms not comparable'
            when min(case when comparisons.is_closed then 1 else 0 end)
                over (partition by comparisons.campaign_id) = 0
                then 'window still open'
            when
                {{ least_of([
                    'comparisons.customers', 'comparisons.control_customers'
                ]) }}
                * case
                    when comparisons.metric = 'conversion_rate' then {{ least_of([
                        'comparisons.pooled_rate', '1 - comparisons.pooled_rate'
                    ]) }} / {{ var('lift_min_converted') }}
                    else comparisons.pooled_rate
                        / {{ var('lift_min_converted_for_money') }}
                end < 1
                or comparisons.statistic is null
                then 'cannot tell: too few customers'
        end as obstacle
    from comparisons
    left join ratio_checks
        on
            comparisons.campaign_id = ratio_checks.campaign_id
            and comparisons.dimension = ratio_checks.dimension
            and comparisons.group_name = ratio_checks.group_name
    left join spend on comparisons.campaign_id = spend.campaign_id
),

-- What arms that are not comparable differ by is not the campaign's doing; while the
-- window is open nobody is to look.
shown as (
    select
        judged.*,
        quantile * coalesce(standard_error, 0) as reach,
        cuped_quantile * cuped_standard_error as cuped_reach,
        coalesce(obstacle, '') not in ('arms not comparable', 'window still open')
            as is_shown,
        case when obstacle is null then {{ two_sided_p_value('statistic') }} end
            as p_value,
        case when obstacle is null then {{ two_sided_p_value('cuped_statistic') }} end
            as cuped_p_value
    from judged
),

ranked as (
    select
        shown.*,
        count(p_value) over family as compared,
        row_number() over (
            partition by campaign_id, dimension, metric, p_value is null
            order by p_value, group_name, arm
        ) as p_value_rank
    from shown
    window family as (partition by campaign_id, dimension, metric)
),

corrected as (
    select
        ranked.*,
        case when p_value is not null then {{ least_of([
            '1.0',
            'max((compared - p_value_rank + 1) * p_value) over ('
            ~ 'partition by campaign_id, dimension, metric, p_value is null order by '
            ~ 'p_value_rank rows between unbounded preceding and current row)',
        ]) }} end as adjusted_p_value,
        {{ ratio(
            'campaign_spend * customers',
            "sum(case when dimension = 'everyone' then customers end)"
            ~ ' over (partition by campaign_id, metric)'
        ) }} as arm_spend,
        max(case when metric = 'margin_per_customer' and is_shown then difference end)
            over (partition by campaign_id, dimension, group_name, arm)
        * customers as incremental_margin
    from ranked
),

told as (
    select
        campaign_id,
        dimension,
        group_name,
        arm,
        metric,
        customers,
        control_customers,
        case when is_shown then value end as value,
        case when is_shown then control_value end as control_value,
        case when is_shown then difference end as absolute_lift,
        case when is_shown then {{ ratio('difference', 'control_value') }} end
            as relative_lift,
        case when obstacle is null then difference - reach end as ci_low,
        case when obstacle is null then difference + reach end as ci_high,
        p_value,
        adjusted_p_value,
        case when is_shown then cuped_difference end as cuped_lift,
        case when obstacle is null then cuped_difference - cuped_reach end
            as cuped_ci_low,
        case when obstacle is null then cuped_difference + cuped_reach end
            as cuped_ci_high,
        cuped_p_value,
        -- What would have been found in four of five such experiments.
        ({{ normal_quantile_975() }} + 0.8416212335729143) * error_without_effect
            as minimum_detectable_effect,
        srm_p_value,
        case
            when metric = 'revenue_per_customer' and is_shown
                then {{ rounded_money('difference * customers') }}
        end as incremental_revenue,
        case
            when metric = 'revenue_per_customer'
                then {{ ratio('incremental_margin - arm_spend', 'arm_spend') }}
        end as incremental_roi,
        coalesce(obstacle, case
            when adjusted_p_value < 0.05 and difference - reach > 0 then 'worked'
            when adjusted_p_value < 0.05 and difference + reach < 0 then 'harmed'
            else 'no evidence'
        end) as verdict
    from corrected
)

select * from told

-- Whether customers fell into arms as they should have by chance: the sample ratio
-- mismatch of Fabijan et al. (2019), by Pearson's chi-squared test.
-- Grain: one row per campaign, dimension and group of an experiment. The shares to
-- expect are those of the seed campaign_arms, else those that exports drew by where it
-- was one share throughout, else, of those that experiments usually have, the ones that
-- fit best: a share held back, the rest evenly.
with

totals as (
    select * from {{ ref('arm_totals') }}
    where metric = 'conversion_rate'
),

seeded as (
    select
        campaign_id,
        lower(trim(arm)) as arm,
        planned_share
    from {{ ref('campaign_arms') }}
),

assignments as (
    select * from {{ ref('fct_campaign_assignments') }}
),

drawn as (
    select
        campaign_id,
        arm,
        max(planned_share) as planned_share
    from assignments
    where campaign_id not in (select campaign_id from seeded)
    group by campaign_id, arm
    having count(planned_share) = count(*) and count(distinct planned_share) = 1
),

planned as (
    select
        campaign_id,
        arm,
        {{ ratio(
            'planned_share', 'sum(planned_share) over (partition by campaign_id)'
        ) }} as planned_share
    from (
        select * from seeded
        union all
        select * from drawn
    ) as shares
),

arms as (
    select
        totals.*,
        planned.planned_share,
        sum(totals.customers) over in_group as group_customers,
        count(*) over in_group as group_arms,
        count(planned.planned_share) over in_group as planned_arms,
        count(case when totals.arm = 'control' then 1 end) over in_group
            as control_arms
    from totals
    left join planned
        on totals.campaign_id = planned.campaign_id and totals.arm = planned.arm
    window in_group as (
        partition by totals.campaign_id, totals.dimension, totals.group_name
    )
),

expected as (
    select
        arms.*,
        0 as design,
        planned_share as expected_share
    from arms
    where planned_arms > 0
    union all
    {%- for share in customary_control_shares() %}
    select
        arms.*,
        {{ loop.index }} as design,
        case
            when arm = 'control' then {{ share }}
            else (1 - {{ share }}) / nullif(group_arms - 1, 0)
        end as expected_share
    from arms
    where planned_arms = 0 and control_arms > 0
    union all
    {%- endfor %}
    select
        arms.*,
        99 as design,
        1e0 / group_arms as expected_share
    from arms
    where planned_arms = 0
),

-- An arm that nobody planned has a share of nothing, which no chance explains.
tested as (
    select
        campaign_id,
        dimension,
        group_name,
        design,
        min(coalesce(expected_share, 0)) > 0 as is_possible,
        max(group_arms) - 1 as degrees,
        sum({{ rounded_money(
            'power(customers - group_customers * expected_share, 2)'
            ~ ' / nullif(group_customers * expected_share, 0)'
        ) }}) as statistic
    from expected
    group by campaign_id, dimension, group_name, design
),

with_p_value as (
    select
        tested.*,
        case
            when not is_possible then 0
            else {{ chi_squared_p_value('cast(statistic as double)', 'degrees') }}
        end as p_value
    from tested
    where degrees > 0
),

best as (
    select
        campaign_id,
        dimension,
        group_name,
        max(p_value) as srm_p_value
    from with_p_value
    group by campaign_id, dimension, group_name
)

select * from best

-- Where the next money should go: how a budget is best split over channels.
-- Grain: one row per channel that was spent on; `(unallocated)` is money of the total
-- that no channel can take up within what was observed. Where the data cannot say what
-- a channel brings, its status is `insufficient_evidence` and its spend stays as it is;
-- so it is for all of them until the model has run.
with

current_spend as (
    select * from {{ ref('input_channel_weeks_scoring') }}
),

defaults as (
    select * from {{ ref('input_budget') }}
),

plans as (
    select * from {{ ref('pred_budget_plans') }}
),

planned as (
    select plans.*
    from plans
    inner join defaults on plans.as_of_date = defaults.as_of_date
),

unplanned as (
    select
        defaults.as_of_date,
        defaults.weeks,
        current_spend.channel_group,
        current_spend.spend * defaults.weeks as spend
    from current_spend
    cross join defaults
    where not exists (select 1 from planned)
),

told as (
    select
        as_of_date,
        cast(weeks as bigint) as weeks,
        channel_group,
        {{ rounded_money('current_spend') }} as current_spend,
        {{ rounded_money('recommended_spend') }} as recommended_spend,
        {{ rounded_money('lower_bound') }} as lower_bound,
        {{ rounded_money('upper_bound') }} as upper_bound,
        {{ rounded_money('expected_return') }} as expected_return,
        {{ rounded_money('expected_return_ci_low') }} as expected_return_ci_low,
        {{ rounded_money('expected_return_ci_high') }} as expected_return_ci_high,
        marginal_roi,
        marginal_roi_ci_low,
        marginal_roi_ci_high,
        status,
        reason,
        run_id,
        '{{ reporting_currency() }}' as currency
    from planned
    union all
    select
        as_of_date,
        cast(weeks as bigint),
        channel_group,
        {{ rounded_money('spend') }},
        {{ rounded_money('spend') }},
        null, null, null, null, null, null, null, null,
        'insufficient_evidence',
        'no model could be fitted yet',
        null,
        '{{ reporting_currency() }}'
    from unplanned
)

select * from told

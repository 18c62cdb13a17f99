-- Whether the latest new customers come back as those before them did: customers of the
-- latest three cohorts whose next month is over, beside those of the three before.
-- Grain: one row; none without such a cohort. Shares are of those who bought in the
-- month after that of their first order, with Wilson's interval; the interval of their
-- difference is Newcombe's (1998, method 10), made of both.
with

cohorts as (
    select * from {{ ref('customer_cohorts') }}
    where cohort_month_number = 1 and retention_rate is not null
),

numbered as (
    select
        cohort_month,
        customers,
        retained_customers,
        row_number() over (order by cohort_month desc) as age
    from cohorts
),

summed as (
    select
        min(case when age <= 3 then cohort_month end) as first_cohort_month,
        max(cohort_month) as last_cohort_month,
        sum(case when age <= 3 then customers end) as customers,
        sum(case when age <= 3 then retained_customers end) as retained_customers,
        sum(case when age between 4 and 6 then customers end) as previous_customers,
        sum(case when age between 4 and 6 then retained_customers end)
            as previous_retained_customers
    from numbered
),

rated as (
    select
        *,
        {{ ratio('retained_customers', 'customers') }} as retention_rate,
        {{ ratio('previous_retained_customers', 'previous_customers') }}
            as previous_retention_rate
    from summed
    where customers > 0
),

bounded as (
    select
        *,
        {{ wilson_bound('retention_rate', 'customers', '-') }} as ci_low,
        {{ wilson_bound('retention_rate', 'customers', '+') }} as ci_high,
        case
            when previous_customers > 0
                then {{ wilson_bound(
                    'previous_retention_rate', 'previous_customers', '-'
                ) }}
        end as previous_ci_low,
        case
            when previous_customers > 0
                then {{ wilson_bound(
                    'previous_retention_rate', 'previous_customers', '+'
                ) }}
        end as previous_ci_high
    from rated
),

told as (
    select
        first_cohort_month,
        last_cohort_month,
        cast(customers as bigint) as customers,
        retention_rate,
        ci_low,
        ci_high,
        cast(previous_customers as bigint) as previous_customers,
        previous_retention_rate,
        retention_rate - previous_retention_rate as absolute_change,
        retention_rate - previous_retention_rate - sqrt(
            power(retention_rate - ci_low, 2)
            + power(previous_ci_high - previous_retention_rate, 2)
        ) as change_ci_low,
        retention_rate - previous_retention_rate + sqrt(
            power(ci_high - retention_rate, 2)
            + power(previous_retention_rate - previous_ci_low, 2)
        ) as change_ci_high
    from bounded
)

select * from told

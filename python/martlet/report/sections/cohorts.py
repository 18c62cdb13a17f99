"""Whether customers come back, by the month of their first order."""

from __future__ import annotations

from markupsafe import Markup

from martlet.report.content import Column, Findings, Grid, Period, Section
from martlet.report.marts import PublishedMarts
from martlet.report.wording import points, share

_COHORTS = """
select cohort_month, cohort_month_number, customers, retained_customers, retention_rate
from customer_cohorts
where cohort_month_number between 1 and 12
    and cohort_month >= date_trunc('month', $as_of_date::date) - interval 13 months
order by cohort_month, cohort_month_number
"""

# The latest three whole cohorts against the three before, in the month after the first
# order; the interval is that of a difference of two shares.
_RECENT = """
with numbered as (
    select customers, retained_customers,
        row_number() over (order by cohort_month desc) as age
    from customer_cohorts
    where cohort_month_number = 1 and retention_rate is not null
),

summed as (
    select
        sum(customers) filter (age <= 3)::double as customers,
        sum(retained_customers) filter (age <= 3)::double as retained,
        sum(customers) filter (age between 4 and 6)::double as earlier_customers,
        sum(retained_customers) filter (age between 4 and 6)::double as earlier_retained
    from numbered
),

rated as (
    select *, retained / nullif(customers, 0) as retention_rate,
        earlier_retained / nullif(earlier_customers, 0) as earlier_retention_rate
    from summed
),

compared as (
    select *, retention_rate - earlier_retention_rate as change,
        1.959964 * sqrt(
            retention_rate * (1 - retention_rate) / nullif(customers, 0)
            + earlier_retention_rate * (1 - earlier_retention_rate)
            / nullif(earlier_customers, 0)
        ) as margin
    from rated
)

select customers, retention_rate, earlier_customers, earlier_retention_rate, change,
    change - margin as ci_low, change + margin as ci_high
from compared
"""
_STEPS = (0.05, 0.1, 0.15, 0.2, 0.3)


def _find(marts: PublishedMarts, period: Period) -> Findings:
    cohorts = marts.rows(_COHORTS, as_of_date=period.as_of_date)
    (recent,) = marts.rows(_RECENT)
    if recent["retention_rate"] is None:
        return Findings(
            missing=Markup(
                "No month after a first order is over yet: retention needs "
                "<code>orders</code> of two whole months at least."
            )
        )
    return Findings(
        headline=_headline(recent),
        action=Markup(
            "The month after the first order decides: greet new customers with the audience "
            "<code>new_without_second_order</code>."
        ),
        data={"cohorts": cohorts, "recent": [recent]},
        parts=(
            Grid(
                "Share of customers who bought again, by months since their first order",
                "cohorts",
                row=Column("cohort_month", "First order", "month"),
                column=Column("cohort_month_number", "Month", "count"),
                value=Column("retention_rate", "Retention", "share"),
                steps=_STEPS,
                beside=(Column("customers", "Customers", "count"),),
                note="A month that still runs is left open.",
            ),
        ),
    )


def _headline(recent: dict) -> Markup:
    told = Markup(
        "{} of the latest new customers bought again in the month after their first order"
    ).format(share(recent["retention_rate"]))
    if recent["change"] is None or recent["ci_low"] is None:
        return told + Markup(".")
    ends = Markup("{} ({} to {})").format(
        points(recent["change"]), points(recent["ci_low"]), points(recent["ci_high"])
    )
    if recent["ci_low"] <= 0 <= recent["ci_high"]:
        return told + Markup(
            "; against the three months before that is no clear change: {}."
        ).format(ends)
    return told + Markup(", {} against the three months before.").format(ends)


COHORTS = Section("cohorts", "Retention", ("customer_cohorts",), _find)

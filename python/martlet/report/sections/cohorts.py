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

_CHANGE = """
select customers, retention_rate, ci_low, ci_high, previous_customers,
    previous_retention_rate, absolute_change, change_ci_low, change_ci_high
from retention_change
"""
_STEPS = (0.05, 0.1, 0.15, 0.2, 0.3)


def _find(marts: PublishedMarts, period: Period) -> Findings:
    cohorts = marts.rows(_COHORTS, as_of_date=period.as_of_date)
    recent = marts.rows(_CHANGE)
    if not recent:
        return Findings(
            missing=Markup(
                "No month after a first order is over yet: retention needs "
                "<code>orders</code> of two whole months at least."
            )
        )
    return Findings(
        headline=_headline(*recent),
        action=Markup(
            "The month after the first order decides: greet new customers with the "
            "audience <code>new_without_second_order</code>."
        ),
        data={"cohorts": cohorts, "recent": recent},
        parts=(
            Grid(
                "Share of customers who bought again, by months since their first order",
                cohorts,
                row=Column("cohort_month", "First order", "month"),
                column=Column("cohort_month_number", "Month", "count"),
                value=Column("retention_rate", "Retention", "share"),
                steps=_STEPS,
                is_wide=True,
                beside=(Column("customers", "Customers", "count"),),
                note="A month that still runs is left open.",
            ),
        ),
    )


def _headline(recent: dict) -> Markup:
    told = Markup(
        "{} of the latest new customers bought again in the month after their first order"
    ).format(share(recent["retention_rate"]))
    if recent["absolute_change"] is None:
        return told + Markup(" ({} to {}).").format(
            share(recent["ci_low"]), share(recent["ci_high"])
        )
    ends = Markup("{} ({} to {})").format(
        points(recent["absolute_change"]),
        points(recent["change_ci_low"]),
        points(recent["change_ci_high"]),
    )
    if recent["change_ci_low"] <= 0 <= recent["change_ci_high"]:
        return told + Markup(
            "; against those of the three months before that is no clear change, {}."
        ).format(ends)
    return told + Markup(": {} against those of the three months before.").format(ends)


COHORTS = Section(
    "cohorts", "Retention", ("customer_cohorts", "retention_change"), _find
)

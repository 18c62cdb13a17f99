"""Where the next money should go, and where nobody can tell."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from markupsafe import Markup

from martlet.report.charts.dots import moves
from martlet.report.charts.lines import response_curves
from martlet.report.charts.style import AMOUNTS
from martlet.report.content import Column, Figure, Findings, Period, Row, Section
from martlet.report.marts import PublishedMarts
from martlet.report.sections.tips import tipped
from martlet.report.wording import listed, money, words

_PLAN = """
select channel_group, weeks, current_spend, recommended_spend,
    recommended_spend - current_spend as change, lower_bound, upper_bound,
    sum(current_spend) over () as total_spend,
    expected_return, expected_return_ci_low, expected_return_ci_high, marginal_roi,
    marginal_roi_ci_low, marginal_roi_ci_high, status, reason
from campaign_budget_plan
qualify greatest(current_spend, recommended_spend) > 0.001 * total_spend
order by current_spend desc, channel_group
"""

# Cents that rounding moved are no advice.
_LEAST_MOVE = Decimal("0.005")

_CURVES = """
select channel_group, spend, revenue, revenue_ci_low, revenue_ci_high, current_spend
from channel_response_curves
order by channel_group, step
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    plan = marts.rows(_PLAN)
    if not plan:
        return Findings(
            missing=Markup(
                "No budget plan: it takes <code>ad_spend</code> by channel over weeks."
            )
        )
    curves = marts.rows(_CURVES)
    figure = Figure(
        f"Spend of {plan[0]['weeks']} weeks: now, and as advised",
        tipped(plan, partial(_tip, currency=period.currency)),
        partial(moves, name="channel_group", number=AMOUNTS),
        (
            Column("channel_group", "Channel"),
            Column("current_spend", "Now", "money"),
            Column("recommended_spend", "Advised", "money"),
            Column("change", "Change", "money"),
            Column(
                "expected_return",
                "Expected return",
                "money",
                "expected_return_ci_low",
                "expected_return_ci_high",
            ),
            Column(
                "marginal_roi",
                "Marginal ROI",
                "change",
                "marginal_roi_ci_low",
                "marginal_roi_ci_high",
            ),
            Column("status", "Status", "words"),
            Column("reason", "Why"),
        ),
        is_wide=True,
        note="Hollow is what is spent now, full what is advised; the band is what was "
        "observed, beyond which nothing is known.",
    )
    curve = Figure(
        "What spend of a week is expected to bring",
        curves,
        response_curves,
        (
            Column("channel_group", "Channel"),
            Column("spend", "Spend", "money"),
            Column("revenue", "Revenue", "money", "revenue_ci_low", "revenue_ci_high"),
        ),
        is_wide=True,
        note="The broken line is today's spend.",
    )
    return Findings(
        headline=_headline(plan, period.currency),
        action=_action(plan),
        data={"plan": plan, "curves": curves},
        parts=(figure, curve) if curves else (figure,),
    )


def _tip(row: Row, currency: str) -> Markup:
    return Markup("{}: {} instead of {}").format(
        row["channel_group"],
        money(row["recommended_spend"], currency),
        money(row["current_spend"], currency),
    )


def _headline(plan: list[dict], currency: str) -> Markup:
    moved = [
        row for row in plan if abs(row["change"]) >= _LEAST_MOVE * row["total_spend"]
    ]
    if not moved:
        return Markup(
            "No channel gives evidence to move money by, so the plan keeps what is spent."
        )
    most = max(moved, key=lambda row: abs(row["change"]))
    return Markup("{}: spend {} {} ({} now).").format(
        most["channel_group"],
        money(abs(most["change"]), currency),
        "more" if most["change"] > 0 else "less",
        money(most["current_spend"], currency),
    )


def _action(plan: list[dict]) -> Markup:
    blind = [row for row in plan if row["status"] == "insufficient_evidence"]
    if not blind:
        return Markup("Move it in steps, and look at the marginal ROI after each.")
    reasons = list(
        dict.fromkeys(words(row["reason"]) for row in blind if row["reason"])
    )
    return Markup("Of {} nobody can tell yet ({}): go on as before.").format(
        listed([row["channel_group"] for row in blind]), "; ".join(reasons)
    )


BUDGET = Section(
    "budget", "Budget", ("campaign_budget_plan", "channel_response_curves"), _find
)

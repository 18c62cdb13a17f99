"""Whether recommendations beat showing everybody what sells best."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.dots import intervals
from martlet.report.content import Column, Figure, Findings, Period, Row, Section
from martlet.report.marts import PublishedMarts
from martlet.report.sections.tips import tipped
from martlet.report.wording import change, count

# The measure that decides which recommender serves: what ten goods are worth, the first
# ones most (normalised discounted cumulative gain).
_TRIAL = """
select
    case when length(algorithm) = 3 then upper(algorithm)
        else upper(algorithm[1]) || replace(algorithm[2:], '_', ' ') end as algorithm,
    customers, metric_value, ci_low, ci_high,
    baseline_value, gain, gain_ci_low, gain_ci_high, relative_gain, is_served
from recommender_metrics
where metric_name = 'ndcg' and cutoff = 10 and customer_group = 'all'
    and algorithm <> 'popularity'
order by metric_value desc, algorithm
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    trial = marts.rows(_TRIAL)
    if not trial:
        return Findings(
            missing=Markup(
                "No recommender was tried: too few customers bought twice. Until then the "
                "lists show what is popular."
            )
        )
    served = next((row for row in trial if row["is_served"]), None)
    return Findings(
        headline=_headline(served),
        action=_action(served),
        data={"trial": trial},
        parts=(
            Figure(
                "Gain over popularity",
                tipped(trial, _tip),
                partial(
                    intervals,
                    name="algorithm",
                    value="gain",
                    low="gain_ci_low",
                    high="gain_ci_high",
                    number="+.2f",
                    title="Difference in nDCG, with 95 % interval",
                    stressed="is_served",
                ),
                (
                    Column("algorithm", "Recommender"),
                    Column(
                        "metric_value", "nDCG of ten", "decimal", "ci_low", "ci_high"
                    ),
                    Column("baseline_value", "Popularity", "decimal"),
                    Column("relative_gain", "Gain", "change"),
                    Column("customers", "Customers", "count"),
                ),
                is_wide=True,
                note="nDCG of ten goods, judged by what customers bought afterwards. In "
                "full colour: the one that serves.",
            ),
        ),
    )


def _tip(row: Row) -> Markup:
    return Markup("{}: {} against popularity").format(
        row["algorithm"], change(row["relative_gain"])
    )


def _headline(served: dict | None) -> Markup:
    if served is None:
        return Markup("Nothing beat showing what is popular, so that is what is shown.")
    beats = (served["gain_ci_low"] or 0) > 0
    return Markup(
        "“{}” serves: {} against popularity, judged by {} customers{}"
    ).format(
        served["algorithm"],
        change(served["relative_gain"]),
        count(served["customers"]),
        "." if beats else ", which is too few to be sure of it.",
    )


def _action(served: dict | None) -> Markup:
    if served is None:
        return Markup("More orders of known customers let the next trial tell more.")
    if not (served["gain_ci_low"] or 0) > 0:
        return Markup(
            "Send them to some customers and what is popular to others, before you send "
            "them to all: <code>martlet export recommendations --campaign ID</code> holds "
            "a control group back."
        )
    return Markup(
        "Put them to work: <code>martlet export recommendations</code> gives a list with "
        "goods per customer."
    )


RECOMMENDERS = Section(
    "recommenders", "Recommendations", ("recommender_metrics",), _find
)

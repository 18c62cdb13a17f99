"""How good the scores are: judged on time that the models had not seen."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.dots import calibration
from martlet.report.charts.lines import gains
from martlet.report.content import Column, Figure, Findings, Period, Row, Section, Table
from martlet.report.marts import PublishedMarts
from martlet.report.sections.tips import tipped
from martlet.report.wording import count, listed, share, words

_METRICS = """
select
    model_name,
    any_value(evaluated_on) as evaluated_on,
    max(metric_value) filter (metric_name = 'auc') as auc,
    max(ci_low) filter (metric_name = 'auc') as auc_ci_low,
    max(ci_high) filter (metric_name = 'auc') as auc_ci_high,
    max(baseline_value) filter (metric_name = 'auc') as baseline_auc,
    max(ci_low) filter (metric_name = 'auc_gain') as auc_gain_ci_low,
    max(metric_value) filter (metric_name = 'lift_at_10') as lift_at_10,
    max(ci_low) filter (metric_name = 'lift_at_10') as lift_ci_low,
    max(ci_high) filter (metric_name = 'lift_at_10') as lift_ci_high,
    max(metric_value) filter (metric_name = 'captured_at_10') as captured_at_10,
    max(metric_value) filter (metric_name = 'expected_calibration_error')
        as expected_calibration_error
from model_metrics
group by model_name
having auc is not null
order by auc desc, model_name
"""

_CALIBRATION = """
select model_name, bin_number, rows, mean_score, positive_rate, ci_low, ci_high
from model_calibration
order by model_name, bin_number
"""

_GAINS = """
select model_name, contacted_share, captured_share, lift
from model_gains
union all
select distinct model_name, 0, 0, null
from model_gains
order by model_name, contacted_share
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    metrics = marts.rows(_METRICS)
    if not metrics:
        return Findings(
            missing=Markup(
                "No model could be trained: it takes half a year of <code>orders</code>. "
                "<code>martlet runs</code> tells what each model lacked."
            )
        )
    points = marts.rows(_CALIBRATION)
    curves = marts.rows(_GAINS)
    names = [row["model_name"] for row in metrics]
    model = Column("model_name", "Model", "words")
    return Findings(
        headline=_headline(metrics),
        action=_action(metrics),
        data={"metrics": metrics, "calibration": points, "gains": curves},
        parts=(
            Figure(
                "What the best-scored hold",
                curves,
                partial(gains, names=names),
                (
                    model,
                    Column("contacted_share", "Best-scored", "share"),
                    Column("captured_share", "Hold", "share"),
                    Column("lift", "Lift", "decimal"),
                ),
            ),
            Figure(
                "Whether probabilities come true",
                tipped(points, _tip),
                partial(calibration, names=names),
                (
                    model,
                    Column("rows", "Scored", "count"),
                    Column("mean_score", "Foretold", "share"),
                    Column("positive_rate", "Came true", "share", "ci_low", "ci_high"),
                ),
            ),
            Table(
                "On time unseen",
                metrics,
                (
                    model,
                    Column("auc", "AUC", "decimal", "auc_ci_low", "auc_ci_high"),
                    Column("baseline_auc", "Baseline", "decimal"),
                    Column(
                        "lift_at_10",
                        "Lift of the top tenth",
                        "decimal",
                        "lift_ci_low",
                        "lift_ci_high",
                    ),
                    Column("expected_calibration_error", "Calibration error", "share"),
                    Column("evaluated_on", "Judged on"),
                ),
                is_wide=True,
                note="An AUC of 0.5 is chance; the baseline is one plain number per "
                "customer, such as days since the last order.",
            ),
        ),
    )


def _tip(row: Row) -> Markup:
    return Markup("{}: {} foretold, {} came true, of {}").format(
        words(row["model_name"]),
        share(row["mean_score"]),
        share(row["positive_rate"]),
        count(row["rows"]),
    )


def _serves(row: dict) -> bool:
    return (row["auc_gain_ci_low"] or 0) > 0


def _headline(metrics: list[dict]) -> Markup:
    best = max(metrics, key=lambda row: row["lift_at_10"] or 0)
    return Markup(
        "The tenth scored best for {} holds {} of those who then did."
    ).format(words(best["model_name"]), share(best["captured_at_10"]))


def _action(metrics: list[dict]) -> Markup:
    good = [words(row["model_name"]) for row in metrics if _serves(row)]
    poor = [words(row["model_name"]) for row in metrics if not _serves(row)]
    told = Markup("")
    if good:
        told += Markup("Choose audiences by the scores of {}.").format(listed(good))
    if poor:
        told += Markup(" Do not choose by {}: no better than the baseline yet.").format(
            listed(poor)
        )
    return told


SCORES = Section(
    "scores", "Scores", ("model_metrics", "model_calibration", "model_gains"), _find
)

"""Which of several candidates is served: the simplest not significantly worse."""

from __future__ import annotations

import pandas as pd

from martlet.estimators.metrics import Judgement

RULE = "recency_rule"
LOGISTIC = "logistic_regression"
BOOSTING = "gradient_boosting"
SIMPLEST_FIRST = (RULE, LOGISTIC, BOOSTING)
NO_GAP = (0.0, 0.0, 0.0)


def choose(judgement: Judgement) -> pd.DataFrame:
    """Choose the simplest candidate not significantly worse than the best by AUC.

    Returns
    -------
    DataFrame
        One row per candidate, simplest first: algorithm, auc, log_loss, auc_gap below
        the best with auc_gap_ci_low and auc_gap_ci_high, is_served, reason.
    """
    by_name = judgement.metrics.pivot(
        index="algorithm", columns="metric_name", values="metric_value"
    ).reindex(SIMPLEST_FIRST)
    best = by_name["auc"].idxmax()
    table, served = [], None
    for name, row in by_name.iterrows():
        gap = judgement.auc_gaps.get((best, name), NO_GAP)
        is_worse = gap[1] > 0
        reason = f"significantly worse than {best}"
        if not is_worse:
            is_first = served is None
            served = served or name
            if name != served:
                reason = f"no better than the simpler {served}"
            elif name == best:
                reason = "the best, and significantly better than all simpler ones"
            else:
                reason = f"the simplest that is not significantly worse than {best}"
            if is_first and name == RULE and name == best:
                reason = "the best, and the simplest"
        table.append((name, row["auc"], row["log_loss"], *gap, name == served, reason))
    return pd.DataFrame(
        table,
        columns=[
            "algorithm", "auc", "log_loss",
            "auc_gap", "auc_gap_ci_low", "auc_gap_ci_high", "is_served", "reason",
        ],
    )  # fmt: skip


def served_metrics(judgement: Judgement, algorithm: str) -> pd.DataFrame:
    """Return the metrics of one candidate beside the rule's, the gain in AUC included."""
    of = dict(list(judgement.metrics.groupby("algorithm")))
    columns = ["metric_name", "metric_value", "ci_low", "ci_high"]
    baseline = of[RULE].set_index("metric_name")["metric_value"]
    metrics = of[algorithm][columns].reset_index(drop=True)
    gain = judgement.auc_gaps.get((algorithm, RULE), NO_GAP)
    metrics.loc[len(metrics)] = ["auc_gain", *gain]
    return metrics.assign(
        baseline_value=metrics["metric_name"].map({**baseline, "auc_gain": 0.0})
    )

"""How good a score is, with an interval around every number.

scikit-learn sorts the scores on each call. A bootstrap asks the same question under
hundreds of weightings of the same rows, so :class:`Judged` sorts once and each further
weighting is O(n). Unit tests hold it to scikit-learn's weighted values.

Equal scores are one group throughout: no measure depends on the order of ties.
"""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.stats import rankdata

CALIBRATION_BINS = 10
TOP_SHARE = 0.10
COLUMNS = ["metric_name", "metric_value", "ci_low", "ci_high", "baseline_value"]


class Judged:
    """What happened, beside what was foretold.

    Parameters
    ----------
    label : ndarray of shape (rows,)
        1 where it happened, else 0.
    score : ndarray of shape (rows,)
        Ranks the rows, highest first; minus infinity ranks last.
    probability : ndarray of shape (rows,), optional
        Foretold probability, where it is not the score itself.
    """

    def __init__(
        self,
        label: np.ndarray,
        score: np.ndarray,
        probability: np.ndarray | None = None,
    ) -> None:
        probability = score if probability is None else probability
        self.rows = len(label)
        self._label = np.asarray(label, dtype=np.float64)
        self._by_score = np.argsort(-score, kind="stable")
        falling = score[self._by_score]
        changes = np.flatnonzero(falling[1:] != falling[:-1]) + 1
        self._group_starts = np.concatenate(([0], changes))

        self._bin = equal_mass_bins(probability, CALIBRATION_BINS)
        self._excess = probability - self._label
        edge = np.finfo(np.float64).eps
        inside = np.clip(probability, edge, 1 - edge)
        self._log_loss = -np.log(np.where(self._label == 1, inside, 1 - inside))

    def measures(self, weight: np.ndarray | None = None) -> dict[str, float]:
        """Return every measure by name, rows counting ``weight`` times (default once).

        A measure is NaN where the weighted rows are all of one class.
        """
        weight = np.ones_like(self._label) if weight is None else weight
        positives, total = (
            np.add.reduceat(each[self._by_score], self._group_starts)
            for each in (weight * self._label, weight)
        )
        positives, total = positives[total > 0], total[total > 0]
        excess = np.bincount(self._bin, weights=weight * self._excess)
        mass = weight.sum()
        captured = captured_share(positives, total, TOP_SHARE)
        return {
            "auc": area_under_roc(positives, total),
            "average_precision": average_precision(positives, total),
            "log_loss": float(weight @ self._log_loss / mass),
            "brier": float(weight @ self._excess**2 / mass),
            "expected_calibration_error": float(np.abs(excess).sum() / mass),
            "lift_at_10": captured / TOP_SHARE,
            "captured_at_10": captured,
        }


def area_under_roc(positives: np.ndarray, total: np.ndarray) -> float:
    """Return the chance that a positive outranks a negative, ties counting half.

    The Mann-Whitney statistic over its largest value (Hanley, McNeil 1982).

    Parameters
    ----------
    positives, total : ndarray of shape (groups,)
        Mass of the positives and of all rows by group of equal scores, highest first;
        no group is without mass.
    """
    negatives = total - positives
    outranked = negatives.sum() - negatives.cumsum() + negatives / 2
    return _ratio(positives @ outranked, positives.sum() * negatives.sum())


def average_precision(positives: np.ndarray, total: np.ndarray) -> float:
    """Return the mean precision over the positives, each read at its own score.

    Parameters as in :func:`area_under_roc`.
    """
    precision = positives.cumsum() / total.cumsum()
    return _ratio(positives @ precision, positives.sum())


def captured_share(positives: np.ndarray, total: np.ndarray, share: float) -> float:
    """Return the share of the positives among the ``share`` of rows that score highest.

    A group of equal scores that straddles the cut counts in part: the expected value
    over every order of its ties. Parameters as in :func:`area_under_roc`.
    """
    room = share * total.sum() - (total.cumsum() - total)
    taken = np.clip(room / total, 0, 1)
    return _ratio(positives @ taken, positives.sum())


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else float("nan")


def share_below(values: np.ndarray) -> np.ndarray:
    """Return for each value the share of rows below it, half of its equals included.

    Strictly between 0 and 1; equal values get equal shares; a lone value gets 0.5.
    """
    return (rankdata(values) - 0.5) / max(len(values), 1)


def equal_mass_bins(values: np.ndarray, bins: int) -> np.ndarray:
    """Number the rows 0 to ``bins`` - 1 by rising value, equal values in one bin."""
    return np.floor(share_below(values) * bins).astype(np.int64)


def compare(model: Judged, baseline: Judged, *, rounds: int, seed: int) -> pd.DataFrame:
    """Measure a model against a baseline on the same rows.

    Parameters
    ----------
    model, baseline : Judged
        Of the same rows in the same order; a row is one customer, the unit drawn.
    rounds : int
        Bootstrap rounds behind each interval.
    seed : int
        Of the rows drawn.

    Returns
    -------
    DataFrame
        metric_name, metric_value, ci_low, ci_high (95 %), baseline_value. ``auc_gain``
        is the model's AUC less the baseline's, measured on the same rows each round.
    """
    paired = _paired(model, baseline)
    replicates = pd.DataFrame(
        _paired(model, baseline, weight)
        for weight in resamples(model.rows, rounds, seed)
    )
    baseline_values = {**baseline.measures(), "auc_gain": 0.0}
    table = [
        (
            name,
            value,
            *bootstrap_interval(value, replicates[name].to_numpy()),
            baseline_values[name],
        )
        for name, value in paired.items()
    ]
    return pd.DataFrame(table, columns=COLUMNS)


def _paired(
    model: Judged, baseline: Judged, weight: np.ndarray | None = None
) -> dict[str, float]:
    measures = model.measures(weight)
    gain = measures["auc"] - baseline.measures(weight)["auc"]
    return {"auc": measures.pop("auc"), "auc_gain": gain, **measures}


def resamples(rows: int, rounds: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each row is drawn in each round of a bootstrap (Efron 1979)."""
    random = np.random.default_rng(seed)
    for _ in range(rounds):
        drawn = random.integers(rows, size=rows)
        yield np.bincount(drawn, minlength=rows).astype(np.float64)


def bootstrap_interval(
    estimate: float, replicates: np.ndarray, level: float = 0.95
) -> tuple[float, float]:
    """Return the bias-corrected percentile interval (Efron 1981).

    Resampling adds noise, and a calibration error only ever grows by noise: its plain
    percentile interval would often lie wholly above the estimate. The correction shifts
    the percentiles by how far the estimate is from the middle of the replicates.
    """
    defined = replicates[np.isfinite(replicates)]
    if not len(defined) or not np.isfinite(estimate):
        return float("nan"), float("nan")
    below = (defined < estimate).mean() + (defined == estimate).mean() / 2
    rounding = 1 / (2 * len(defined))
    normal = NormalDist()
    shift = 2 * normal.inv_cdf(float(np.clip(below, rounding, 1 - rounding)))
    reach = normal.inv_cdf((1 + level) / 2)
    low, high = np.quantile(
        defined, [normal.cdf(shift - reach), normal.cdf(shift + reach)]
    )
    return float(low), float(high)

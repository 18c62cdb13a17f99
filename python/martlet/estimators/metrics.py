"""How good a score is, with an interval around every number.

scikit-learn sorts the scores on each call. A bootstrap asks the same question under
hundreds of weightings of the same rows, so :class:`Judged` sorts once and each further
weighting is O(n). Unit tests hold it to scikit-learn's weighted values.

Equal scores are one group throughout: no measure depends on the order of ties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.stats import rankdata

CALIBRATION_BINS = 10
TOP_SHARES = {10: 0.10, 20: 0.20}
DRAWN_ROWS = 50_000


class Judged:
    """What happened, beside what was foretold.

    Parameters
    ----------
    label : ndarray of shape (rows,)
        1 where it happened, else 0.
    score : ndarray of shape (rows,)
        Foretold probability, 0 to 1.
    threshold : float
        Probability from which a contact pays: its cost over its value, which is the
        best threshold for calibrated probabilities (Elkan 2001).
    """

    def __init__(
        self, label: np.ndarray, score: np.ndarray, *, threshold: float
    ) -> None:
        self.rows = len(label)
        self.label, self.score, self.threshold = label, score, threshold
        self._label = np.asarray(label, dtype=np.float64)
        self._by_score, self._group_starts = falling_groups(score)

        self._is_contacted = (score >= threshold).astype(np.float64)
        self._bin = equal_mass_bins(score, CALIBRATION_BINS)
        self._excess = score - self._label
        edge = np.finfo(np.float64).eps
        inside = np.clip(score, edge, 1 - edge)
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
        contacted = float(weight @ self._is_contacted)
        hits = float((weight * self._is_contacted) @ self._label)
        captured = {
            percent: captured_share(positives, total, share)
            for percent, share in TOP_SHARES.items()
        }
        return {
            "auc": area_under_roc(positives, total),
            "average_precision": average_precision(positives, total),
            "log_loss": float(weight @ self._log_loss / mass),
            "brier": float(weight @ self._excess**2 / mass),
            "expected_calibration_error": float(np.abs(excess).sum() / mass),
            **{f"lift_at_{at}": captured[at] / TOP_SHARES[at] for at in captured},
            **{f"captured_at_{at}": captured[at] for at in captured},
            "precision": _ratio(hits, contacted),
            "recall": _ratio(hits, positives.sum()),
            "f1": _ratio(2 * hits, contacted + positives.sum()),
        }

    def drawn(self, rows: np.ndarray) -> Judged:
        """Return the same of some rows."""
        return Judged(self.label[rows], self.score[rows], threshold=self.threshold)


def falling_groups(score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows by falling score, and where in them each group of equals begins."""
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    changes = np.flatnonzero(falling[1:] != falling[:-1]) + 1
    return order, np.concatenate(([0], changes))


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


@dataclass(frozen=True)
class Judgement:
    """How candidates did on the same rows.

    Attributes
    ----------
    metrics : DataFrame
        algorithm, metric_name, metric_value, ci_low, ci_high (95 %).
    auc_gaps : dict of (str, str) to tuple of float
        By how much the AUC of the first is above that of the second, and the interval.
    """

    metrics: pd.DataFrame
    auc_gaps: dict[tuple[str, str], tuple[float, float, float]]


def judge(candidates: Mapping[str, Judged], *, rounds: int, seed: int) -> Judgement:
    """Measure candidates on the same rows, each round drawing the same ones for all.

    Parameters
    ----------
    candidates : mapping of str to Judged
        Of the same rows in the same order; a row is the unit drawn.
    rounds : int
        Bootstrap rounds behind each interval. Of more rows than ``DRAWN_ROWS`` a fixed
        sample is drawn from, and the spread scaled to all of them: the m out of n
        bootstrap (Bickel, Götze, van Zwet 1997).
    seed : int
        Of the rows drawn.
    """
    (rows,) = {each.rows for each in candidates.values()}
    values = {name: each.measures() for name, each in candidates.items()}
    drawn, centres = candidates, values
    if rows > DRAWN_ROWS:
        chosen = np.random.default_rng(seed).choice(rows, DRAWN_ROWS, replace=False)
        drawn = {name: each.drawn(chosen) for name, each in candidates.items()}
        centres = {name: each.measures() for name, each in drawn.items()}
    narrower = np.sqrt(min(DRAWN_ROWS / rows, 1.0)) if rows else 1.0
    weights = list(resamples(min(rows, DRAWN_ROWS), rounds, seed))
    replicates = {
        name: pd.DataFrame(each.measures(weight) for weight in weights)
        for name, each in drawn.items()
    }

    def interval(
        value: float, centre: float, spread: np.ndarray
    ) -> tuple[float, float]:
        low, high = bootstrap_interval(centre, spread)
        return value + (low - centre) * narrower, value + (high - centre) * narrower

    metrics = [
        (algorithm, name, value, *interval(
            value, centres[algorithm][name], replicates[algorithm][name].to_numpy()
        ))
        for algorithm, measures in values.items()
        for name, value in measures.items()
    ]  # fmt: skip
    gaps = {}
    for one, other in permutations(candidates, 2):
        gap, centre = (of[one]["auc"] - of[other]["auc"] for of in (values, centres))
        spread = (replicates[one]["auc"] - replicates[other]["auc"]).to_numpy()
        gaps[one, other] = (gap, *interval(gap, centre, spread))
    columns = ["algorithm", "metric_name", "metric_value", "ci_low", "ci_high"]
    return Judgement(pd.DataFrame(metrics, columns=columns), gaps)


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

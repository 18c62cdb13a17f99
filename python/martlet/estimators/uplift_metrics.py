"""How well a ranking finds the customers whom a campaign persuades.

Nobody is seen both treated and not, so no prediction of uplift can be held against the
truth of one customer. Groups can: among the customers ranked first, those treated by
chance are compared with those not treated by chance.

Let ``n_t``, ``n_c`` be the treated and control customers among those ranked first, down
to a depth ``d`` (their share of all), and ``y_t``, ``y_c`` how many of them converted:

- uplift ``u(d) = y_t / n_t - y_c / n_c``
- incremental conversions ``g(d) = y_t - y_c * n_t / n_c`` (Radcliffe 2007), which
  corrects for arms of different sizes; without a control customer nothing is taken off
- random targeting ``d * g(1)``
- Qini coefficient: the area between ``g`` and random targeting, over ``d`` from 0 to 1
  by the trapezoid rule, per treated customer. 0 is random.

Equal scores are one group, of which a depth that cuts it takes a part of everything: no
measure depends on the order of ties.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from martlet.estimators.metrics import (
    bootstrap_interval,
    falling_groups,
    resamples,
)

DEPTHS = tuple(tenth / 10 for tenth in range(1, 11))
JUDGED_DEPTHS = {"uplift_at_10": 0.1, "uplift_at_20": 0.2, "uplift_at_30": 0.3}
QINI = "qini"


class RankedUplift:
    """What happened in both arms, in the order of a predicted uplift.

    Parameters
    ----------
    is_treated, converted : ndarray of shape (rows,)
        0 or 1.
    uplift : ndarray of shape (rows,)
        Predicted, in any unit that ranks.
    """

    def __init__(
        self, is_treated: np.ndarray, converted: np.ndarray, uplift: np.ndarray
    ) -> None:
        self.rows = len(uplift)
        self._order, self._group_starts = falling_groups(uplift)
        treated = np.asarray(is_treated, dtype=np.float64)
        arms = np.stack([treated, 1 - treated])
        self._counts = np.concatenate([arms, arms * converted])[:, self._order]

    def measures(self, weight: np.ndarray | None = None) -> dict[str, float]:
        """Return qini and uplift_at_<percent>, rows counting ``weight`` times.

        All are NaN where an arm has no rows, and the uplift at a depth where it has
        none down to there.
        """
        reached, depth = self._reached(weight)
        if not reached[:2, -1].all():
            return dict.fromkeys((QINI, *JUDGED_DEPTHS), float("nan"))
        gained = _incremental(reached)
        area = np.trapezoid(gained - depth * gained[-1], depth)
        at = _at(list(JUDGED_DEPTHS.values()), reached, depth)
        uplifts = dict(zip(JUDGED_DEPTHS, _uplift(at).tolist(), strict=True))
        return {QINI: float(area / reached[0, -1]), **uplifts}

    def average_uplift(self) -> float:
        """Return the uplift of all: what a random choice of them would have."""
        return float(_uplift(self._reached(None)[0])[-1])

    def curve(self) -> pd.DataFrame:
        """Return the Qini curve, one row per tenth of the customers.

        Returns
        -------
        DataFrame
            depth (0 to 1), treated_customers, control_customers (in part where a depth
            cuts equal scores), uplift, incremental_conversions,
            random_incremental_conversions.
        """
        reached, depth = self._reached(None)
        at = _at(DEPTHS, reached, depth)
        return pd.DataFrame(
            {
                "depth": DEPTHS,
                "treated_customers": at[0],
                "control_customers": at[1],
                "uplift": _uplift(at),
                "incremental_conversions": _incremental(at),
                "random_incremental_conversions": (
                    np.array(DEPTHS) * _incremental(reached)[-1]
                ),
            }
        )

    def _reached(self, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Return n_t, n_c, y_t, y_c down to each score, from nobody on, and the depth.

        Shapes are (4, groups + 1) and (groups + 1,).
        """
        counts = self._counts if weight is None else self._counts * weight[self._order]
        groups = np.add.reduceat(counts, self._group_starts, axis=1)
        reached = np.pad(groups.cumsum(axis=1), ((0, 0), (1, 0)))
        customers = reached[0] + reached[1]
        return reached, customers / customers[-1]


def judge_uplift(
    candidates: Mapping[str, RankedUplift], *, rounds: int, seed: int
) -> pd.DataFrame:
    """Measure candidates on the same customers, each round drawing the same for all.

    Parameters
    ----------
    candidates : mapping of str to RankedUplift
        Of the same rows in the same order, one row per customer.
    rounds : int
        Bootstrap rounds behind each interval.
    seed : int
        Of the customers drawn.

    Returns
    -------
    DataFrame
        candidate, metric_name, metric_value, ci_low, ci_high (95 %), baseline_value
        (random targeting).
    """
    (rows,) = {each.rows for each in candidates.values()}
    replicates = {name: [] for name in candidates}
    for weight in resamples(rows, rounds, seed):
        for name, ranked in candidates.items():
            replicates[name].append(ranked.measures(weight))
    told = []
    for name, ranked in candidates.items():
        spread = pd.DataFrame(replicates[name])
        random = ranked.average_uplift()
        for metric, value in ranked.measures().items():
            low, high = bootstrap_interval(value, spread[metric].to_numpy())
            baseline = 0.0 if metric == QINI else random
            told.append((name, metric, value, low, high, baseline))
    columns = ["candidate", "metric_name", "metric_value", "ci_low", "ci_high"]
    return pd.DataFrame(told, columns=[*columns, "baseline_value"])


def _at(depths, reached: np.ndarray, depth: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(depths, depth, counts) for counts in reached])


def _uplift(reached: np.ndarray) -> np.ndarray:
    treated, control, *converted = reached
    treated_rate, control_rate = (
        _over(converted[arm], size, otherwise=np.nan)
        for arm, size in enumerate((treated, control))
    )
    return treated_rate - control_rate


def _incremental(reached: np.ndarray) -> np.ndarray:
    treated, control, treated_converted, control_converted = reached
    return treated_converted - control_converted * _over(
        treated, control, otherwise=0.0
    )


def _over(part: np.ndarray, whole: np.ndarray, *, otherwise: float) -> np.ndarray:
    return np.divide(part, whole, out=np.full_like(part, otherwise), where=whole > 0)

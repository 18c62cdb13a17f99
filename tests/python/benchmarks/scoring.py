"""Purchase scores: inputs, martlet's side in timed parts, and a check on both rankings.

The two models differ on purpose (martlet logs long tails, tells what was missing and
calibrates), so what is checked is that they score the same customers and rank buyers
about equally well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from martlet.errors import CheckFailed
from martlet.estimators import propensity
from martlet.estimators.logistic import LogisticModel
from martlet.estimators.wording import FEATURE_WORDS

DATES = pd.date_range("2024-06-01", periods=5, freq="30D")  # the last is scored
SEED = 20_240_229
SHARE_MISSING = 0.2
AUC_TOLERANCE = 0.05

# What martlet does beyond one fit and one prediction, and the fit itself.
PARTS = {
    "choosing the penalty": (propensity, "_choose_strength"),
    "fitting": (LogisticModel, "fit"),
    "calibrating": (LogisticModel, "calibrated"),
    "judging with intervals": (propensity, "compare"),
    "scores and reasons": (LogisticModel, "explain"),
}


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` customers at each date: features with long tails, and a label."""
    random = np.random.default_rng(SEED)
    rows = size * len(DATES)
    features = pd.DataFrame(
        {name: random.lognormal(0, 1, rows) for name in FEATURE_WORDS}
    )
    visits, recency = features["sessions_30d"], features["recency_days"]
    log_odds = np.log(visits) - np.log(recency) - 2
    may_lack = ["recency_days", "average_order_value", "mean_days_between_orders"]
    features.loc[random.random(rows) < SHARE_MISSING, may_lack] = np.nan
    table = features.assign(
        as_of_date=np.repeat(DATES, size),
        customer_id=np.tile([f"C{number}" for number in range(size)], len(DATES)),
        label=(random.random(rows) < expit(log_odds)).astype(int),
    )
    is_scored = table["as_of_date"] == DATES[-1]
    table[~is_scored].to_parquet(inputs / "training.parquet")
    table[is_scored].drop(columns="label").to_parquet(inputs / "scoring.parquet")
    table.loc[is_scored, "label"].to_frame().to_parquet(inputs / "happened.parquet")


def run(inputs: Path, outputs: Path) -> dict[str, float]:
    """Fit, judge and score as a build does; return the seconds of each part."""
    with _timed_parts() as seconds:
        fitted = propensity.fit_propensity(
            pd.read_parquet(inputs / "training.parquet"), seed=SEED
        )
        scores = fitted.predict(pd.read_parquet(inputs / "scoring.parquet"))
    scores.to_parquet(outputs / "scores.parquet")
    # The bare peer fits with what was chosen here, and on the same dates.
    chosen = {"strength": fitted.parameters["strength"]}
    pd.DataFrame([chosen]).to_parquet(inputs / "chosen.parquet")
    return seconds


@contextmanager
def _timed_parts() -> Iterator[dict[str, float]]:
    seconds = dict.fromkeys(PARTS, 0.0)

    def timed(part: str, function: Callable) -> Callable:
        # A plain function, so that it binds as the method it stands for.
        def call(*arguments, **keywords):
            started = time.perf_counter()
            try:
                return function(*arguments, **keywords)
            finally:
                seconds[part] += time.perf_counter() - started

        return call

    with ExitStack() as patches:
        for part, (owner, name) in PARTS.items():
            replacement = timed(part, getattr(owner, name))
            patches.enter_context(patch.object(owner, name, replacement))
        yield seconds


def check(inputs: Path, outputs: Path) -> str:
    """Compare how well both sides rank the scored customers' purchases."""
    happened = pd.read_parquet(inputs / "happened.parquet")["label"].to_numpy()
    ours, theirs = (
        pd.read_parquet(outputs / side / "scores.parquet")
        for side in ("martlet", "scikit-learn")
    )
    auc, other = (roc_auc_score(happened, side["score"]) for side in (ours, theirs))
    if not np.array_equal(ours["customer_id"], theirs["customer_id"]):
        raise CheckFailed("Scores differ: not the same customers in the same order.")
    if abs(auc - other) > AUC_TOLERANCE:
        raise CheckFailed(f"Rankings differ: AUC {auc:.3f} and {other:.3f}.")
    return f"{len(ours):,} customers scored; AUC {auc:.3f}, scikit-learn {other:.3f}"

"""Scores: inputs, martlet's sides, and a check on both rankings.

Both fit the same model with the same penalty; martlet chooses that penalty and
calibrates as well. Calibrating moves scores and not their order, and a challenger serves
only where it ranks better, so what is checked is that both score the same customers and
that martlet ranks buyers as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd
from pyarrow.parquet import ParquetFile
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from martlet.errors import CheckFailed
from martlet.estimators import fitting
from martlet.estimators.inputs import feature_kinds, typed
from martlet.estimators.logistic import LogisticModel
from martlet.estimators.training import TrainingRows
from martlet.estimators.wording import FEATURE_WORDS
from martlet.warehouse.running import BATCH_ROWS

FEATURES = list(FEATURE_WORDS)[:40]
BASELINE = "recency_days"
MAY_LACK = ["recency_days", "average_order_value", "mean_days_between_orders"]
DATES = pd.date_range("2024-06-01", periods=4, freq="30D")
SEED = 20_240_229
SHARE_MISSING = 0.2
AUC_TOLERANCE = 0.001

# What training does beside fitting one logistic regression.
PARTS = {
    "logistic regression": (fitting, "fit_logistic"),
    "boosting": (fitting, "fit_boosted"),
    "judging with intervals": (fitting, "judge"),
    "reasons": (LogisticModel, "explain"),
}


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` rows to learn from, of four dates, and as many to score.

    Features have long tails, some lack values, and the label follows two of them.
    """
    random = np.random.default_rng(SEED)
    rows = 2 * size
    features = pd.DataFrame({name: random.lognormal(0, 1, rows) for name in FEATURES})
    log_odds = np.log(features["sessions_30d"]) - np.log(features[BASELINE]) - 2
    features.loc[random.random(rows) < SHARE_MISSING, MAY_LACK] = np.nan
    table = features.assign(
        period_date=DATES[np.minimum(np.arange(rows) * 4 // size, 3)],
        entity_id=[f"C{number}" for number in range(rows)],
        label=(random.random(rows) < expit(log_odds)).astype(int),
    )
    table[:size].to_parquet(inputs / "training.parquet")
    scored = table[size:].reset_index(drop=True)
    scored.drop(columns="label").to_parquet(inputs / "scoring.parquet")
    scored[["label"]].to_parquet(inputs / "happened.parquet")


def run(inputs: Path, outputs: Path) -> None:
    """Fit, calibrate and score by a logistic regression."""
    rows = TrainingRows.of(pd.read_parquet(inputs / "training.parquet"), BASELINE)
    model, chosen = fitting.fit_logistic(rows, seed=SEED)
    kinds = feature_kinds(rows.features)
    scores = [
        batch[["entity_id"]].assign(score=model.score(typed(batch, kinds)))
        for batch in _batches(inputs / "scoring.parquet")
    ]
    pd.concat(scores).to_parquet(outputs / "scores.parquet")
    _tell_peer(inputs, chosen["strength"])


def _batches(parquet: Path) -> Iterator[pd.DataFrame]:
    """Read as many rows at a time as a build does."""
    for batch in ParquetFile(parquet).iter_batches(BATCH_ROWS):
        yield batch.to_pandas()


def train_and_explain(inputs: Path, outputs: Path) -> dict[str, float]:
    """Do all that a build does; return the seconds of each part."""
    with _timed_parts() as seconds:
        fitted = fitting.fit_propensity(
            pd.read_parquet(inputs / "training.parquet"),
            baseline_feature=BASELINE,
            threshold=0.1,
            seed=SEED,
        )
        scores = fitted.served.predict(pd.read_parquet(inputs / "scoring.parquet"))
    scores.to_parquet(outputs / "scores.parquet")
    _tell_peer(inputs, fitted.parameters["strength"])
    return seconds


def _tell_peer(inputs: Path, strength: float) -> None:
    """Let the bare peer fit with what was chosen here."""
    pd.DataFrame([{"strength": strength}]).to_parquet(inputs / "chosen.parquet")


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
    if not np.array_equal(ours["entity_id"], theirs["entity_id"]):
        raise CheckFailed("Scores differ: not the same customers in the same order.")
    if auc < other - AUC_TOLERANCE:
        raise CheckFailed(f"Ranked worse: AUC {auc:.3f}, scikit-learn {other:.3f}.")
    return f"{len(ours):,} customers scored; AUC {auc:.3f}, scikit-learn {other:.3f}"

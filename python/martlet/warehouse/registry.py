"""Fitted models: how they are kept, which one serves, and who may take its place.

A model is kept as a skops object beside its run: loading one runs no code that a file
brings, unlike pickle, and only the types listed here are made.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass

import pandas as pd

from martlet.errors import CheckFailed, UsageError
from martlet.estimators.candidates import SIMPLEST_FIRST
from martlet.estimators.metrics import Judged, judge
from martlet.estimators.propensity import Propensity
from martlet.sql import literal
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.ledger import code_fingerprint
from martlet.warehouse.packing import packed
from martlet.warehouse.running import DEFAULT_SEED
from martlet.warehouse.targets import Target, find_target

TRUSTED_TYPES = [
    "martlet.estimators.boosting.BoostedModel",
    "martlet.estimators.drift.Bins",
    "martlet.estimators.encoding.category_term",
    "martlet.estimators.inputs.signed_log1p",
    "martlet.estimators.logistic.LogisticModel",
    "martlet.estimators.propensity.Propensity",
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
]
JUDGING_ROUNDS = 500


def pack(model: Propensity) -> pd.DataFrame:
    """Return the row of ``ml.model_objects`` that keeps a model."""
    content = packed(model)
    sha256 = hashlib.sha256(content).hexdigest()
    return pd.DataFrame({"format": ["skops"], "sha256": [sha256], "content": [content]})


def load_model(warehouse: Warehouse, run_id: str) -> Propensity:
    """Load the model that a run trained.

    Raises
    ------
    CheckFailed
        The object is not what the run wrote, cannot be read, or holds types that are
        not trusted.
    UsageError
        The warehouse keeps no model of the run.
    """
    kept = warehouse.rows(
        "select sha256, content from ml.model_objects where run_id = ?", [run_id]
    )
    if not kept:
        raise UsageError(
            f"The warehouse keeps no model of run '{run_id}'.",
            "See which runs trained one: martlet runs",
        )
    train_again = "Train again: martlet train " + run_id.rsplit("-", 1)[0]
    sha256, content = kept[0].values()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CheckFailed(
            f"The model of {run_id} is not what was written.", train_again
        )
    import skops.io  # takes seconds: see martlet.warehouse.packing

    try:
        unknown = set(skops.io.get_untrusted_types(data=content)) - set(TRUSTED_TYPES)
        model = None if unknown else skops.io.loads(content, trusted=TRUSTED_TYPES)
    except Exception as error:  # whatever reading foreign bytes comes to
        raise CheckFailed(
            f"The model of {run_id} cannot be read: {error}", train_again
        ) from error
    if unknown:
        raise CheckFailed(
            f"The model of {run_id} holds what no model of martlet does: "
            f"{', '.join(sorted(unknown))}.",
            train_again,
        )
    if not isinstance(model, Propensity):
        raise CheckFailed(
            f"The model of {run_id} is no model but a {type(model).__name__}.",
            train_again,
        )
    return model


@dataclass(frozen=True)
class ServedRun:
    """The training run whose model serves a target, and how old that is."""

    run_id: str
    as_of_date: object
    code_fingerprint: str

    def still_serves(self, today: object, days: int) -> bool:
        """Whether it was trained by this code, and lately enough."""
        age = (today - self.as_of_date).days
        return 0 <= age <= days and self.code_fingerprint == code_fingerprint()


def served_run(warehouse: Warehouse, model_name: str) -> ServedRun | None:
    """Find the training run that was promoted last."""
    rows = warehouse.rows(
        """
        select runs.run_id, runs.as_of_date, runs.code_fingerprint
        from ml.model_promotions as promotions
        inner join ml.model_runs as runs on promotions.run_id = runs.run_id
        where promotions.model_name = ?
        order by promotions.promotion_number desc
        limit 1
        """,
        [model_name],
    )
    return ServedRun(**rows[0]) if rows else None


@dataclass(frozen=True)
class Promotion:
    """What came of asking that a run's model serve.

    Attributes
    ----------
    replaced_run_id : str or None
        The run that served before.
    auc_gap, auc_gap_ci_low, auc_gap_ci_high : float or None
        By how much the new model's AUC is above the replaced one's, on the rows that
        the new one was judged on.
    """

    run_id: str
    model_name: str
    replaced_run_id: str | None
    auc_gap: float | None
    auc_gap_ci_low: float | None
    auc_gap_ci_high: float | None
    reason: str

    @property
    def refusal(self) -> CheckFailed | None:
        """Why it was not promoted: it is worse, beyond what chance explains."""
        if self.auc_gap_ci_high is None or self.auc_gap_ci_high >= 0:
            return None
        return CheckFailed(
            f"{self.run_id} was not promoted: {self.reason}.",
            f"{self.replaced_run_id} goes on serving. See what was compared: "
            f"martlet runs show {self.run_id}",
        )


def promote(warehouse: Warehouse, run_id: str) -> Promotion:
    """Let the model of a training run serve from now on, unless it is worse.

    Returns
    -------
    Promotion
        With a ``refusal`` where it was not promoted.

    Raises
    ------
    UsageError
        There is no such run, or it trained no model.
    """
    found = warehouse.rows(
        "select model_name from ml.model_runs where run_id = ?", [run_id]
    )
    if not found:
        raise UsageError(f"There is no run '{run_id}'.", "See the runs: martlet runs")
    model_name = found[0]["model_name"]
    load_model(warehouse, run_id)
    served = served_run(warehouse, model_name)
    if served and served.run_id == run_id:
        return Promotion(run_id, model_name, run_id, None, None, None, "serves already")
    promotion = _compared(warehouse, find_target(warehouse, model_name), run_id, served)
    if not promotion.refusal:
        _append(warehouse, promotion)
    return promotion


def _compared(
    warehouse: Warehouse,
    target: Target,
    run_id: str,
    served: ServedRun | None,
) -> Promotion:
    """Compare both models on the rows that the new one was judged on."""
    if served is None:
        told = (None, None, None, None, "the first model of its target")
        return Promotion(run_id, target.name, *told)
    judged = warehouse.frame(
        "select period_date, entity_id, label, score from ml.evaluation_scores "
        "where run_id = ? order by entity_id",
        [run_id],
    )
    were_judged = (
        "entity_id in (select entity_id from ml.evaluation_scores "
        f"where run_id = {literal(run_id)})"
    )
    rows = target.training.where(were_judged).read(warehouse)
    rows = judged[["period_date", "entity_id"]].merge(rows, how="inner")
    serving = load_model(warehouse, served.run_id)
    if serving.kinds != load_model(warehouse, run_id).kinds:
        told = (None, None, None, "the replaced model knows other features")
        return Promotion(run_id, target.name, served.run_id, *told)
    earlier = serving.predict(rows.drop(columns="label"))
    paired = judged.merge(earlier, on="entity_id", suffixes=("", "_served"))
    label = paired["label"].to_numpy()
    judgement = judge(
        {
            side: Judged(label, paired[column].to_numpy(), threshold=target.threshold)
            for side, column in (("new", "score"), ("served", "score_served"))
        },
        rounds=JUDGING_ROUNDS,
        seed=DEFAULT_SEED,
    )
    gap, low, high = judgement.auc_gaps["new", "served"]
    reason = (
        f"its AUC is {gap:+.3f} ({low:+.3f} to {high:+.3f}) against {served.run_id} on "
        f"the {len(paired)} rows it was judged on"
    )
    return Promotion(run_id, target.name, served.run_id, gap, low, high, reason)


def read_candidates(warehouse: Warehouse, run_id: str) -> list[dict]:
    """Read what a training run compared, simplest first."""
    rows = warehouse.rows(
        "select * from ml.model_candidates where run_id = ?", [run_id]
    )
    for row in rows:
        row.pop("run_id")
    return sorted(rows, key=lambda row: SIMPLEST_FIRST.index(row["algorithm"]))


def _append(warehouse: Warehouse, promotion: Promotion) -> None:
    (last,) = warehouse.rows(
        "select coalesce(max(promotion_number), 0) as number from ml.model_promotions"
    )
    told = asdict(promotion) | {"promotion_number": last["number"] + 1}
    run_id = told.pop("run_id")
    warehouse.append("model_promotions", pd.DataFrame([told]), run_id)

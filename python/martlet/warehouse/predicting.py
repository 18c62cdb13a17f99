"""Train the models of a target, and score by the one that serves."""

from __future__ import annotations

import pandas as pd

from martlet import __version__
from martlet.errors import ModelRefused
from martlet.estimators.fitting import fit_propensity
from martlet.estimators.propensity import Propensity
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.ledger import Outputs
from martlet.warehouse.registry import load_model, pack, served_run
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelOutcome,
    run_model,
    run_of,
)
from martlet.warehouse.targets import Target


def train(
    warehouse: Warehouse,
    target: Target,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Fit the candidates of a target, judge them, and keep the one that may serve.

    Of rows too many to be fitted in memory a share of the entities is read, by a hash
    of their ids; the run says which.
    """
    shares = target.training.shares(warehouse, "entity_id")
    source = target.training.where(shares[0])

    def fit() -> Fitted:
        fitted = fit_propensity(
            source.read(warehouse),
            baseline_feature=target.baseline_feature,
            threshold=target.threshold,
            seed=seed,
        )
        return fitted.parameters | {"sampled_share": 1 / len(shares)}, [
            ("model_objects", pack(fitted.served)),
            ("model_metrics", fitted.metrics.assign(model_name=target.name)),
            ("model_candidates", fitted.candidates),
            ("model_coefficients", fitted.effects),
            ("evaluation_scores", fitted.judged.assign(threshold=target.threshold)),
            ("feature_distributions", fitted.distributions),
        ]

    run = run_of(
        warehouse,
        target.name,
        [source],
        step="train",
        today=target.as_of_date,
        seed=seed,
        options={"threshold": target.threshold},
    )
    return run_model(warehouse, run, fit, full_refresh=full_refresh)


def score(warehouse: Warehouse, target: Target) -> ModelOutcome:
    """Score every row of a target by the model that serves, a batch at a time."""
    served = served_run(warehouse, target.name)

    def fit() -> Fitted:
        if served is None:
            raise not_trained(target)
        model = load_model(warehouse, served.run_id)
        return {}, _scores(warehouse, target, model, served.run_id)

    run = run_of(
        warehouse,
        target.name,
        [target.scoring],
        step="score",
        today=target.as_of_date,
        seed=DEFAULT_SEED,
        options={},
        trained_by=served.run_id if served else None,
    )
    return run_model(warehouse, run, fit)


def not_trained(target: Target) -> ModelRefused:
    """Say that there is no model to score or to evaluate."""
    return ModelRefused(
        f"No model of {target.name} serves yet.",
        f"Train one: martlet train {target.name}",
    )


def _scores(
    warehouse: Warehouse, target: Target, model: Propensity, trained_by: str
) -> Outputs:
    table, key = target.output

    def scored(batch: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        scores = model.predict(batch)
        told = scores.rename(columns={"entity_id": key}).assign(
            as_of_date=target.as_of_date,
            model_name=target.name,
            model_version=__version__,
            label_horizon_days=target.label_horizon_days,
            trained_by=trained_by,
            scored_at=target.as_of_at,
        )
        return told, model.count(batch, scores["score"].to_numpy())

    counts = []
    for rows, counted in target.scoring.in_batches(warehouse, scored, table):
        counts.append(counted)
        yield table, rows
    if counts:
        keys = ["feature", "bin_number", "bin_name"]
        total = (
            pd.concat(counts).groupby(keys, as_index=False, sort=False)["rows"].sum()
        )
        yield "feature_distributions", total

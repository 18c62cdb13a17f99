"""Train the models of a target, and score by the one that serves."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pandas as pd

from martlet import __version__
from martlet.errors import ModelRefused
from martlet.estimators.fitting import fit_propensity
from martlet.estimators.propensity import Propensity
from martlet.warehouse.registry import load_model, pack, served_run
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelInput,
    ModelOutcome,
    run_model,
    run_of,
)
from martlet.warehouse.targets import Target

MOST_TRAINING_ROWS = 2_000_000


def train(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Fit the candidates of a target, judge them, and keep the one that may serve.

    Of more than ``MOST_TRAINING_ROWS`` rows every n-th entity is read, by a hash of its
    id; the run says which share.
    """
    source = target.training
    rows, _ = source.described(connection)
    every = -(-rows // MOST_TRAINING_ROWS) if rows else 1
    if every > 1:
        sampled = f"hash(entity_id) % {every} = 0"
        source = ModelInput(source.table, source.target, sampled)

    def fit() -> Fitted:
        fitted = fit_propensity(
            source.read(connection),
            baseline_feature=target.baseline_feature,
            threshold=target.threshold,
            seed=seed,
        )
        return fitted.parameters | {"sampled_share": 1 / every}, [
            ("model_objects", pack(fitted.served)),
            ("model_metrics", fitted.metrics.assign(model_name=target.name)),
            ("model_candidates", fitted.candidates),
            ("model_coefficients", fitted.effects),
            ("evaluation_scores", fitted.judged.assign(threshold=target.threshold)),
            ("feature_distributions", fitted.distributions),
        ]

    run = run_of(
        connection,
        target.name,
        [source],
        step="train",
        today=target.as_of_date,
        seed=seed,
        options={"threshold": target.threshold},
    )
    return run_model(connection, run, fit, full_refresh=full_refresh)


def score(connection: duckdb.DuckDBPyConnection, target: Target) -> ModelOutcome:
    """Score every row of a target by the model that serves, a batch at a time."""
    served = served_run(connection, target.name)

    def fit() -> Fitted:
        if served is None:
            raise not_trained(target)
        model = load_model(connection, served.run_id)
        return {}, _scores(connection, target, model, served.run_id)

    run = run_of(
        connection,
        target.name,
        [target.scoring],
        step="score",
        today=target.as_of_date,
        seed=DEFAULT_SEED,
        options={},
        trained_by=served.run_id if served else None,
    )
    return run_model(connection, run, fit)


def not_trained(target: Target) -> ModelRefused:
    """Say that there is no model to score or to evaluate."""
    return ModelRefused(
        f"No model of {target.name} serves yet.",
        f"Train one: martlet train {target.name}",
    )


def _scores(
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    model: Propensity,
    trained_by: str,
) -> Iterator[tuple[str, pd.DataFrame]]:
    table, key = target.output
    counts = []
    for batch in target.scoring.batches(connection):
        scored = model.predict(batch)
        counts.append(model.count(batch, scored["score"].to_numpy()))
        yield (
            table,
            scored.rename(columns={"entity_id": key}).assign(
                as_of_date=target.as_of_date,
                model_name=target.name,
                model_version=__version__,
                label_horizon_days=target.label_horizon_days,
                trained_by=trained_by,
                scored_at=target.as_of_at,
            ),
        )
    if counts:
        keys = ["feature", "bin_number", "bin_name"]
        total = (
            pd.concat(counts).groupby(keys, as_index=False, sort=False)["rows"].sum()
        )
        yield "feature_distributions", total

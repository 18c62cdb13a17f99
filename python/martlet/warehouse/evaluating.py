"""Judge the model that serves again, once time has told."""

from __future__ import annotations

import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.metrics import Judged, judge
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.predicting import not_trained
from martlet.warehouse.registry import JUDGING_ROUNDS, load_model, served_run
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelInput,
    ModelOutcome,
    run_model,
    run_of,
)
from martlet.warehouse.targets import Target


def evaluate(warehouse: Warehouse, target: Target) -> tuple[ModelOutcome, pd.DataFrame]:
    """Judge the model that serves on the latest label window that has closed.

    Returns
    -------
    tuple of ModelOutcome and DataFrame
        The metrics beside those of the time it was trained: metric_name, metric_value,
        ci_low, ci_high, evaluated_on, trained_value, trained_evaluated_on.

    Raises
    ------
    ModelRefused
        No model serves yet, or no label window has closed.
    """
    served = served_run(warehouse, target.name)
    source = target.training
    latest = ModelInput(
        source.table,
        source.target,
        f"period_date = (select max(period_date) from model_inputs.{source.table} "
        f"where target = '{target.name}')",
    )

    def fit() -> Fitted:
        if served is None:
            raise not_trained(target)
        rows = latest.read(warehouse)
        if rows.empty:
            raise ModelRefused(
                f"No label window of {target.name} has closed yet.",
                "Wait until one has.",
            )
        label = rows["label"].to_numpy()
        foretold = (
            load_model(warehouse, served.run_id)
            .predict(rows.drop(columns="label"))["score"]
            .to_numpy()
        )
        judgement = judge(
            {"served": Judged(label, foretold, threshold=target.threshold)},
            rounds=JUDGING_ROUNDS,
            seed=DEFAULT_SEED,
        )
        on = str(rows["period_date"].iloc[0].date())
        metrics = judgement.metrics.drop(columns="algorithm")
        return {}, [
            (
                "model_metrics",
                metrics.assign(model_name=target.name, evaluated_on=on),
            ),
            (
                "evaluation_scores",
                rows[["period_date", "entity_id", "label"]].assign(
                    score=foretold, threshold=target.threshold
                ),
            ),
        ]

    run = run_of(
        warehouse,
        target.name,
        [latest],
        step="evaluate",
        today=target.as_of_date,
        seed=DEFAULT_SEED,
        options={},
        trained_by=served.run_id if served else None,
    )
    outcome = run_model(warehouse, run, fit)
    if outcome.refusal:
        raise outcome.refusal
    return outcome, _beside_training(warehouse, outcome.run_id, served.run_id)


def _beside_training(
    warehouse: Warehouse, run_id: str, trained_by: str
) -> pd.DataFrame:
    return warehouse.frame(
        """
        select
            evaluated.metric_name, evaluated.metric_value, evaluated.ci_low,
            evaluated.ci_high, evaluated.evaluated_on,
            trained.metric_value as trained_value,
            trained.evaluated_on as trained_evaluated_on
        from ml.model_metrics as evaluated
        left join ml.model_metrics as trained
            on trained.run_id = ? and evaluated.metric_name = trained.metric_name
        where evaluated.run_id = ?
        """,
        [trained_by, run_id],
    )

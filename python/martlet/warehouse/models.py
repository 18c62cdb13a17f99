"""Run the Python models: read a model input, fit, append the outputs.

Fitting lives in ``martlet.estimators`` and reads only tables of the ``model_inputs``
schema, which this module hands over as frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import duckdb
import pandas as pd

from martlet import __version__
from martlet.errors import EnvironmentFault, ModelRefused
from martlet.estimators.clusters import ClusterFit, fit_clusters
from martlet.estimators.customer_value import fit_customer_value
from martlet.estimators.propensity import PropensityFit, fit_propensity
from martlet.warehouse.ledger import (
    ModelRun,
    append_run,
    data_fingerprint,
    find_equal_run,
)

DEFAULT_SEED = 20_240_229
PURCHASE_MODEL = "purchase_30d"
CLUSTER_MODEL = "customer_clusters"
VALUE_MODEL = "customer_value"


@dataclass(frozen=True)
class ModelOutcome:
    """How one run ended.

    ``refusal`` says why it wrote no output; ``is_reused`` that an earlier run of the same
    data, code, seed and options stands for it.
    """

    run_id: str
    model_name: str
    rows_out: int
    refusal: ModelRefused | None = None
    is_reused: bool = False


def cluster_customers(
    connection: duckdb.DuckDBPyConnection,
    *,
    k_range: range = range(3, 9),
    seed: int = DEFAULT_SEED,
) -> ModelOutcome:
    """Cluster the customers of ``model_inputs.input_customer_clusters``."""
    customers = _read(connection, "input_customer_clusters")

    def fit() -> tuple[dict, dict[str, pd.DataFrame]]:
        features = customers.drop(columns="as_of_date").set_index("customer_id")
        clusters = fit_clusters(features, k_range=k_range, seed=seed)
        return clusters.parameters, {
            "customer_clusters": clusters.assignments.assign(
                as_of_date=_as_of_date(customers)
            ),
            "cluster_centroids": clusters.centroids,
            "model_metrics": _cluster_metrics(clusters),
        }

    options = {"k_range": [k_range.start, k_range.stop - 1]}
    return _run(connection, CLUSTER_MODEL, seed, options, [customers], fit)


def score_purchases(
    connection: duckdb.DuckDBPyConnection, *, seed: int = DEFAULT_SEED
) -> ModelOutcome:
    """Fit purchase propensity, and score the customers of the latest date.

    Reads ``input_purchase_30d_training`` and ``input_purchase_30d_scoring``.
    """
    training = _read(connection, "input_purchase_30d_training")
    scoring = _read(connection, "input_purchase_30d_scoring")
    horizon_days = _label_horizon_days(connection)

    def fit() -> tuple[dict, dict[str, pd.DataFrame]]:
        propensity = fit_propensity(training, seed=seed)
        scores = propensity.predict(scoring).assign(
            as_of_date=_as_of_date(scoring),
            model_name=PURCHASE_MODEL,
            model_version=__version__,
            label_horizon_days=horizon_days,
            scored_at=_as_of_instant(connection),
        )
        return propensity.parameters, {
            "customer_scores": scores,
            "model_coefficients": propensity.coefficients,
            "model_metrics": _named(propensity),
        }

    return _run(connection, PURCHASE_MODEL, seed, {}, [training, scoring], fit)


def value_customers(
    connection: duckdb.DuckDBPyConnection, *, seed: int = DEFAULT_SEED
) -> ModelOutcome:
    """Foretell how often customers buy again and for how much; nothing is random.

    Reads ``input_customer_value_scoring`` and ``input_customer_value_holdout``.
    """
    customers = _read(connection, "input_customer_value_scoring")
    holdout = _read(connection, "input_customer_value_holdout")

    def fit() -> tuple[dict, dict[str, pd.DataFrame]]:
        value = fit_customer_value(customers, holdout)
        return value.parameters, {
            "customer_value": value.predictions.assign(
                as_of_date=_as_of_date(customers)
            ),
            "customer_value_holdout": value.holdout.assign(
                as_of_date=_as_of_date(holdout)
            ),
            "model_metrics": value.metrics.assign(model_name=VALUE_MODEL),
        }

    return _run(connection, VALUE_MODEL, seed, {}, [holdout, customers], fit)


MODELS: dict[str, Callable[..., ModelOutcome]] = {
    CLUSTER_MODEL: cluster_customers,
    PURCHASE_MODEL: score_purchases,
    VALUE_MODEL: value_customers,
}


def _run(
    connection: duckdb.DuckDBPyConnection,
    model_name: str,
    seed: int,
    options: dict,
    frames: list[pd.DataFrame],
    fit: Callable[[], tuple[dict, dict[str, pd.DataFrame]]],
) -> ModelOutcome:
    """Fit and append, unless the same was done last time.

    A refusal is a run too, so that the ledger tells of it.
    """
    run = ModelRun(
        model_name=model_name,
        as_of_date=_as_of_date(frames[-1]),
        seed=seed,
        rows_in=sum(len(frame) for frame in frames),
        data_fingerprint=data_fingerprint(*frames),
        parameters={"options": options},
    )
    earlier = find_equal_run(connection, run)
    if earlier:
        run_id, rows_out = earlier
        return ModelOutcome(run_id, model_name, rows_out, is_reused=True)
    refusal = None
    try:
        parameters, outputs = fit()
    except ModelRefused as error:
        refusal, parameters, outputs = error, {}, {}
    run = replace(
        run,
        parameters=run.parameters | parameters,
        outputs=outputs,
        refusal=refusal.message if refusal else None,
    )
    rows_out = sum(len(rows) for rows in outputs.values())
    return ModelOutcome(append_run(connection, run), model_name, rows_out, refusal)


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    try:
        return connection.execute(f"select * from model_inputs.{table}").df()
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            f"The warehouse has no model_inputs.{table} yet.",
            f"Build it: martlet build --select +{table}",
        ) from error


def _as_of_date(frame: pd.DataFrame):
    return frame["as_of_date"].iloc[0].date() if len(frame) else None


def _as_of_instant(connection: duckdb.DuckDBPyConnection):
    (instant,) = connection.execute(
        "select as_of_at from model_inputs.input_purchase_30d_dates where is_latest"
    ).fetchone()
    return instant


def _label_horizon_days(connection: duckdb.DuckDBPyConnection) -> int:
    (days,) = connection.execute(
        "select max(label_horizon_days) from model_inputs.input_purchase_30d_dates"
    ).fetchone()
    return days


def _cluster_metrics(clusters: ClusterFit) -> pd.DataFrame:
    tried = clusters.quality.assign(
        evaluated_on=[
            f"{k} clusters{' (chosen)' if chosen else ''}"
            for k, chosen in zip(
                clusters.quality["k"], clusters.quality["is_chosen"], strict=True
            )
        ]
    )
    metrics = tried.melt(
        id_vars="evaluated_on",
        value_vars=["silhouette", "inertia"],
        var_name="metric_name",
        value_name="metric_value",
    )
    return metrics.assign(
        model_name=CLUSTER_MODEL, ci_low=None, ci_high=None, baseline_value=None
    )


def _named(propensity: PropensityFit) -> pd.DataFrame:
    return propensity.metrics.assign(model_name=PURCHASE_MODEL)

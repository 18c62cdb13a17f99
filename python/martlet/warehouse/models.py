"""The Python models, each with what it reads and where it writes."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pandas as pd

from martlet import __version__
from martlet.estimators.customer_value import fit_customer_value
from martlet.estimators.propensity import PropensityFit, fit_propensity
from martlet.warehouse.clustering import CLUSTER_MODEL, cluster_customers
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelOutcome,
    as_of_date,
    read_input,
    run_model,
)

PURCHASE_MODEL = "purchase_30d"
VALUE_MODEL = "customer_value"


def score_purchases(
    connection: duckdb.DuckDBPyConnection, *, seed: int = DEFAULT_SEED
) -> ModelOutcome:
    """Fit purchase propensity, and score the customers of the latest date.

    Reads ``input_purchase_30d_training`` and ``input_purchase_30d_scoring``.
    """
    training = read_input(connection, "input_purchase_30d_training")
    scoring = read_input(connection, "input_purchase_30d_scoring")
    horizon_days = _label_horizon_days(connection)

    def fit() -> Fitted:
        propensity = fit_propensity(training, seed=seed)
        scores = propensity.predict(scoring).assign(
            as_of_date=as_of_date(scoring),
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

    return run_model(connection, PURCHASE_MODEL, seed, {}, [training, scoring], fit)


def value_customers(
    connection: duckdb.DuckDBPyConnection, *, seed: int = DEFAULT_SEED
) -> ModelOutcome:
    """Foretell how often customers buy again and for how much; nothing is random.

    Reads ``input_customer_value_scoring`` and ``input_customer_value_holdout``.
    """
    customers = read_input(connection, "input_customer_value_scoring")
    holdout = read_input(connection, "input_customer_value_holdout")

    def fit() -> Fitted:
        value = fit_customer_value(customers, holdout)
        return value.parameters, {
            "customer_value": value.predictions.assign(
                as_of_date=as_of_date(customers)
            ),
            "customer_value_holdout": value.holdout.assign(
                as_of_date=as_of_date(holdout)
            ),
            "model_metrics": value.metrics.assign(model_name=VALUE_MODEL),
        }

    return run_model(connection, VALUE_MODEL, seed, {}, [holdout, customers], fit)


MODELS: dict[str, Callable[..., ModelOutcome]] = {
    CLUSTER_MODEL: cluster_customers,
    PURCHASE_MODEL: score_purchases,
    VALUE_MODEL: value_customers,
}


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


def _named(propensity: PropensityFit) -> pd.DataFrame:
    return propensity.metrics.assign(model_name=PURCHASE_MODEL)

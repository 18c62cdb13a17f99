"""Foretell how often customers buy again, and for how much."""

from __future__ import annotations

from martlet.estimators.customer_value import fit_customer_value
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelInput,
    ModelOutcome,
    as_of_date,
    run_model,
    run_of,
)

VALUE_MODEL = "customer_value"


def value_customers(warehouse: Warehouse) -> ModelOutcome:
    """Fit BG/NBD and Gamma-Gamma; nothing is random.

    Reads ``input_customer_value_scoring`` and ``input_customer_value_holdout``.
    """
    sources = [
        ModelInput("input_customer_value_holdout"),
        ModelInput("input_customer_value_scoring"),
    ]
    holdout, customers = (source.read(warehouse) for source in sources)

    def fit() -> Fitted:
        value = fit_customer_value(customers, holdout)
        return value.parameters, [
            (
                "customer_value",
                value.predictions.assign(as_of_date=as_of_date(customers)),
            ),
            (
                "customer_value_holdout",
                value.holdout.assign(as_of_date=as_of_date(holdout)),
            ),
            ("model_metrics", value.metrics.assign(model_name=VALUE_MODEL)),
        ]

    run = run_of(
        warehouse,
        VALUE_MODEL,
        sources,
        today=as_of_date(customers),
        seed=DEFAULT_SEED,
        options={},
    )
    return run_model(warehouse, run, fit)

"""Whom campaigns persuade, and what planned ones will return."""

from __future__ import annotations

from martlet.estimators.roi_forecast import forecast_roi
from martlet.estimators.uplift import fit_uplift
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

UPLIFT_MODEL = "uplift"
ROI_MODEL = "campaign_roi"


def foretell_uplift(
    warehouse: Warehouse,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Learn from randomised campaigns by how much one would move each customer.

    Reads ``input_uplift_training`` and ``input_uplift_scoring``.
    """
    sources = [ModelInput("input_uplift_training"), ModelInput("input_uplift_scoring")]
    training, scoring = (source.read(warehouse) for source in sources)
    today = as_of_date(scoring)

    def fit() -> Fitted:
        uplift = fit_uplift(
            training.rename(columns={"label": "converted"}).drop(columns="as_of_date"),
            scoring.drop(
                columns=["as_of_date", "campaign_id", "assigned_at", "is_treated"]
            ),
            seed=seed,
        )
        return uplift.parameters, [
            ("customer_uplift", uplift.predictions.assign(as_of_date=today)),
            ("uplift_curves", uplift.curve),
            ("uplift_candidates", uplift.candidates),
            ("model_metrics", uplift.metrics.assign(model_name=UPLIFT_MODEL)),
        ]

    run = run_of(warehouse, UPLIFT_MODEL, sources, today=today, seed=seed, options={})
    return run_model(warehouse, run, fit, full_refresh=full_refresh)


def forecast_campaigns(
    warehouse: Warehouse,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Learn from campaigns that are over what planned ones will return.

    Reads ``input_campaigns_training`` and ``input_campaigns_scoring``.
    """
    sources = [
        ModelInput("input_campaigns_training"),
        ModelInput("input_campaigns_scoring"),
    ]
    past, planned = (source.read(warehouse) for source in sources)
    today = as_of_date(past) or as_of_date(planned)

    def fit() -> Fitted:
        forecast = forecast_roi(
            past.rename(columns={"label": "roi"}).drop(columns="as_of_date"),
            planned.drop(columns=["as_of_date", "starts_on", "closed_on"]),
            seed=seed,
        )
        parameters = forecast.parameters | {"note": forecast.note}
        return parameters, [
            ("campaign_roi_forecasts", forecast.predictions.assign(as_of_date=today)),
            ("roi_forecast_candidates", forecast.candidates),
            ("model_metrics", forecast.metrics.assign(model_name=ROI_MODEL)),
        ]

    run = run_of(warehouse, ROI_MODEL, sources, today=today, seed=seed, options={})
    return run_model(warehouse, run, fit, full_refresh=full_refresh)

"""What spend on channels brings, and how a budget is best split over them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.budget import plan_budget
from martlet.estimators.media_mix import fit_media_mix
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

MIX_MODEL = "media_mix"
PLAN_MODEL = "budget_plan"


@dataclass(frozen=True)
class BudgetRequest:
    """What a plan is asked for; what is None is as the warehouse's variables say.

    ``total`` is money of the reporting currency over ``weeks``; ``max_change`` the share
    by which a channel's spend may change.
    """

    total: float | None = None
    weeks: int | None = None
    max_change: float | None = None


def fit_channels(
    warehouse: Warehouse,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Fit what weekly spend on each channel brings.

    Reads ``input_channel_weeks_training``.
    """
    source = ModelInput("input_channel_weeks_training")
    weeks = source.read(warehouse)
    today = as_of_date(weeks)

    def fit() -> Fitted:
        mix = fit_media_mix(
            weeks.rename(columns={"label": "revenue"}).drop(columns="as_of_date"),
            seed=seed,
        )
        return mix.parameters, [
            ("response_curves", mix.curves),
            ("media_channels", mix.channels),
            ("media_weeks", mix.fitted),
            ("model_metrics", mix.metrics.assign(model_name=MIX_MODEL)),
        ]

    run = run_of(warehouse, MIX_MODEL, [source], today=today, seed=seed, options={})
    return run_model(warehouse, run, fit, full_refresh=full_refresh)


def plan_channels(
    warehouse: Warehouse,
    request: BudgetRequest | None = None,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> list[ModelOutcome]:
    """Fit the channels' curves, unless that was done, and split a budget by them.

    Reads ``input_channel_weeks_scoring`` and ``input_budget``.

    Returns
    -------
    list of ModelOutcome
        Of the fit and of the plan; of the fit alone where it was refused.
    """
    fitted = fit_channels(warehouse, seed=seed, full_refresh=full_refresh)
    if fitted.refusal:
        return [fitted]
    sources = [ModelInput("input_channel_weeks_scoring"), ModelInput("input_budget")]
    coming, defaults = (source.read(warehouse) for source in sources)
    current = coming.set_index("channel_group")["spend"]
    terms = _terms(request or BudgetRequest(), defaults.iloc[0], current)

    def plan() -> Fitted:
        margin_rate = defaults["margin_rate"].iloc[0]
        if pd.isna(margin_rate):
            raise ModelRefused(
                "No budget can be planned: no more was sold than came back in the last "
                "365 days.",
                "Load orders, and build: martlet build",
            )
        if not terms["total"] > 0 and not current.sum() > 0:
            raise ModelRefused(
                "No budget can be planned: nothing was spent on any channel lately.",
                "Give a total: martlet campaigns budget --total 50000",
            )
        rows = plan_budget(
            _read(warehouse, "response_curves", fitted.run_id),
            _read(warehouse, "media_channels", fitted.run_id),
            current,
            margin_rate=float(margin_rate),
            **terms,
        )
        told = rows.assign(as_of_date=as_of_date(defaults), weeks=terms["weeks"])
        return {}, [("budget_plans", told)]

    run = run_of(
        warehouse,
        PLAN_MODEL,
        sources,
        today=as_of_date(defaults),
        seed=seed,
        options=terms,
        trained_by=fitted.run_id,
    )
    return [fitted, run_model(warehouse, run, plan, full_refresh=full_refresh)]


def _terms(request: BudgetRequest, defaults: pd.Series, current: pd.Series) -> dict:
    weeks = int(defaults["weeks"] if request.weeks is None else request.weeks)
    most = defaults["max_change"] if request.max_change is None else request.max_change
    total = request.total
    if total is None:
        was_set = pd.notna(defaults["total"])
        total = defaults["total"] if was_set else round(current.sum() * weeks, 2)
    return {
        "total": float(total),
        "weeks": weeks,
        "max_change": float(most),
    }


def _read(warehouse: Warehouse, table: str, run_id: str) -> pd.DataFrame:
    rows = warehouse.frame(f"select * from ml.{table} where run_id = ?", [run_id])
    return rows.drop(columns="run_id")

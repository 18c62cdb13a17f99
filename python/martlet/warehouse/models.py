"""The Python models that a build runs, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from martlet.errors import ModelRefused
from martlet.warehouse.budgeting import PLAN_MODEL, plan_channels
from martlet.warehouse.campaigns import (
    ROI_MODEL,
    UPLIFT_MODEL,
    forecast_campaigns,
    foretell_uplift,
)
from martlet.warehouse.clustering import CLUSTER_MODEL, cluster_customers
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.predicting import score, train
from martlet.warehouse.recommending import (
    SIMILARITY_MODEL,
    TRIAL_MODEL,
    compare_products,
    try_recommenders,
)
from martlet.warehouse.registry import promote, served_run
from martlet.warehouse.running import ModelOutcome
from martlet.warehouse.targets import Target, read_targets
from martlet.warehouse.value import VALUE_MODEL, value_customers

MODEL_LASTS_DAYS = 30

Run = Callable[[Warehouse], list[ModelOutcome]]


def models(warehouse: Warehouse) -> Iterator[tuple[str, Run]]:
    """Yield every model by name, with what runs it."""
    yield CLUSTER_MODEL, lambda on: [cluster_customers(on)]
    yield VALUE_MODEL, lambda on: [value_customers(on)]
    for name, target in read_targets(warehouse).items():
        yield name, partial(foretell, target=target)
    yield SIMILARITY_MODEL, lambda on: [compare_products(on)]
    yield TRIAL_MODEL, lambda on: [try_recommenders(on)]
    yield UPLIFT_MODEL, lambda on: [foretell_uplift(on)]
    yield ROI_MODEL, lambda on: [forecast_campaigns(on)]
    yield PLAN_MODEL, lambda on: plan_channels(on)


def foretell(warehouse: Warehouse, target: Target) -> list[ModelOutcome]:
    """Train where no recent model serves, promote what is no worse, and score.

    A refusal to train matters only where no earlier model serves.
    """
    served = served_run(warehouse, target.name)
    outcomes = []
    if served is None or not served.still_serves(target.as_of_date, MODEL_LASTS_DAYS):
        trained = train(warehouse, target)
        if trained.refusal and served is None:
            return [trained]
        if not trained.refusal:
            worse = promote(warehouse, trained.run_id).refusal
            if worse:
                refusal = ModelRefused(worse.message, worse.hint)
                outcomes.append(replace(trained, refusal=refusal))
    return [*outcomes, score(warehouse, target)]

"""What is foretold of whom: the list that dbt declares, read from the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from martlet.errors import EnvironmentFault, UsageError
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.running import ModelInput

# Where the scores of each kind of entity go, and what its key is called there.
_OUTPUTS = {
    "customer": ("customer_scores", "customer_id"),
    "cart": ("cart_scores", "cart_id"),
    "contact": ("customer_scores", "customer_id"),
}


@dataclass(frozen=True)
class Target:
    """One thing that is foretold.

    Attributes
    ----------
    as_of_date : date
        The latest: what is scored is told as of it.
    as_of_at : datetime
        Instant at which it begins (UTC).
    label_horizon_days : float
        Days the outcome is looked for.
    contact_cost, contact_value : float
        Of contacting one, and of one whose outcome comes true.
    """

    name: str
    entity: str
    title: str
    baseline_feature: str
    as_of_date: date
    as_of_at: datetime
    label_horizon_days: float
    contact_cost: float
    contact_value: float

    @property
    def threshold(self) -> float:
        """Probability from which a contact pays."""
        return min(self.contact_cost / self.contact_value, 1.0)

    @property
    def training(self) -> ModelInput:
        """Rows to fit, calibrate and judge on."""
        return ModelInput(f"input_{self.entity}s_training", self.name)

    @property
    def scoring(self) -> ModelInput:
        """Rows to score."""
        return ModelInput(f"input_{self.entity}s_scoring", self.name)

    @property
    def output(self) -> tuple[str, str]:
        """Table of ``ml`` that scores go to, and its key."""
        return _OUTPUTS[self.entity]


def read_targets(warehouse: Warehouse) -> dict[str, Target]:
    """Read every target by name.

    Raises
    ------
    EnvironmentFault
        The warehouse was never built.
    """
    if not warehouse.has("model_inputs", "input_targets"):
        raise EnvironmentFault(
            "The warehouse has no model_inputs.input_targets yet.",
            "Build it: martlet build",
        )
    rows = warehouse.rows(
        """
        select
            target as name, entity, title, baseline_feature, as_of_date, as_of_at,
            label_horizon_days, contact_cost, contact_value
        from model_inputs.input_targets
        """
    )
    return {row["name"]: Target(**row) for row in rows}


def find_target(warehouse: Warehouse, name: str) -> Target:
    """Read one target.

    Raises
    ------
    UsageError
        There is none of that name.
    """
    targets = read_targets(warehouse)
    if name not in targets:
        raise UsageError(
            f"There is no target '{name}'.",
            f"Targets are {', '.join(targets)}: see macros/project/prediction_targets.sql",
        )
    return targets[name]

"""Run one model on what dbt built: read its input, fit, append what it says.

Fitting lives in ``martlet.estimators`` and reads only tables of the ``model_inputs``
schema, which this module hands over as frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Any

import pandas as pd

from martlet.errors import EnvironmentFault, ModelRefused
from martlet.warehouse.interface import Warehouse, Work
from martlet.warehouse.ledger import ModelRun, Outputs, append_run, find_equal_run

DEFAULT_SEED = 20_240_229
BATCH_ROWS = 100_000
MOST_FITTED_ROWS = 2_000_000

# What a fit gives: parameters for the ledger, and the rows of each table of ``ml``.
Fitted = tuple[dict, Outputs]


@dataclass(frozen=True)
class ModelOutcome:
    """How one run ended.

    ``refusal`` says why it wrote no output; ``is_reused`` that an earlier run of the same
    data, code, seed and options stands for it; ``sampled_share`` of which share of its
    rows it was fitted.
    """

    run_id: str
    model_name: str
    rows_out: int
    refusal: ModelRefused | None = None
    is_reused: bool = False
    sampled_share: float = 1.0


@dataclass(frozen=True)
class ModelInput:
    """Rows of a table of ``model_inputs``: all, or those of one target.

    Raises
    ------
    EnvironmentFault
        On reading, where the table was never built.
    """

    table: str
    target: str | None = None
    condition: str = "true"

    @property
    def _values(self) -> list[str]:
        return [self.target] if self.target else []

    def _query(self, warehouse: Warehouse, columns: str = "*") -> str:
        if not warehouse.has("model_inputs", self.table):
            raise EnvironmentFault(
                f"The warehouse has no model_inputs.{self.table} yet.",
                f"Build it: martlet build --select +{self.table}",
            )
        of_target = "target = ?" if self.target else "true"
        return (
            f"select {columns} from model_inputs.{self.table} "
            f"where {of_target} and {self.condition}"
        )

    def where(self, condition: str) -> ModelInput:
        """Return those of the rows of which ``condition`` is true as well."""
        return replace(self, condition=f"{self.condition} and {condition}")

    def read(self, warehouse: Warehouse) -> pd.DataFrame:
        """Read every row."""
        rows = warehouse.frame(self._query(warehouse), self._values)
        return self._without_target(rows)

    def in_batches(
        self, warehouse: Warehouse, work: Work, table: str
    ) -> Iterator[tuple[Any, pd.DataFrame]]:
        """Let ``work`` go through the rows for a ledger of ``ml``.

        See :meth:`martlet.warehouse.interface.Warehouse.in_batches`.
        """
        query = self._query(warehouse)
        return warehouse.in_batches(
            query,
            self._values,
            lambda batch: work(self._without_target(batch)),
            table=table,
            batch_rows=BATCH_ROWS,
        )

    def described(self, warehouse: Warehouse) -> tuple[int, str]:
        """Count the rows, and hash them all, whatever their order; 32 hex digits."""
        return warehouse.described(self._query(warehouse), self._values)

    def shares(self, warehouse: Warehouse, key: str) -> list[str]:
        """Part the rows by a hash of a key, so that each part may be fitted in memory.

        Returns
        -------
        list of str
            A condition for each part, the same on every engine: of about equal size,
            with at most ``MOST_FITTED_ROWS`` rows each. One that is always true where
            there are no more than that.
        """
        counted = self._query(warehouse, "count(*) as counted")
        ((rows,),) = (row.values() for row in warehouse.rows(counted, self._values))
        parts = max(1, -(-rows // MOST_FITTED_ROWS))
        if parts == 1:
            return ["true"]
        starts = [f"{part * 2**128 // parts:032x}" for part in range(parts)]
        hashed = f"md5({key} || ' to fit')"
        return [
            f"{hashed} >= '{start}'" + (f" and {hashed} < '{end}'" if end else "")
            for start, end in zip_longest(starts, starts[1:])
        ]

    def _without_target(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.drop(columns="target") if self.target else rows


def run_of(
    warehouse: Warehouse,
    model_name: str,
    inputs: list[ModelInput],
    *,
    step: str = "fit",
    today: date | None,
    seed: int,
    options: dict,
    trained_by: str | None = None,
) -> ModelRun:
    """Describe a run that has yet to be done."""
    described = [each.described(warehouse) for each in inputs]
    return ModelRun(
        model_name=model_name,
        step=step,
        as_of_date=today,
        seed=seed,
        rows_in=sum(rows for rows, _ in described),
        data_fingerprint=":".join(fingerprint for _, fingerprint in described),
        parameters={"options": options},
        trained_by=trained_by,
    )


def run_model(
    warehouse: Warehouse,
    run: ModelRun,
    fit: Callable[[], Fitted],
    *,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Fit and append, unless the same was done last time.

    A refusal is a run too, so that the ledger tells of it.

    Parameters
    ----------
    run : ModelRun
        As :func:`run_of` gives it.
    full_refresh : bool
        Fit even where the same was done last time.
    """
    earlier = None if full_refresh else find_equal_run(warehouse, run)
    if earlier:
        run_id, rows_out = earlier
        return ModelOutcome(run_id, run.model_name, rows_out, is_reused=True)
    try:
        parameters, outputs = fit()
        done = replace(run, parameters=run.parameters | parameters, outputs=outputs)
        run_id, rows_out = append_run(warehouse, done)
    except ModelRefused as refusal:
        run_id, rows_out = append_run(warehouse, replace(run, refusal=refusal.message))
        return ModelOutcome(run_id, run.model_name, rows_out, refusal)
    share = parameters.get("sampled_share", 1.0)
    return ModelOutcome(run_id, run.model_name, rows_out, sampled_share=share)


def as_of_date(frame: pd.DataFrame) -> date | None:
    """Return the date that the rows of ``frame`` are told as of; None without rows."""
    return frame["as_of_date"].iloc[0].date() if len(frame) else None

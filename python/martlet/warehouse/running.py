"""Run one model on what dbt built: read its input, fit, append what it says.

Fitting lives in ``martlet.estimators`` and reads only tables of the ``model_inputs``
schema, which this module hands over as frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import pandas as pd

from martlet.errors import EnvironmentFault, ModelRefused
from martlet.warehouse.ledger import ModelRun, Outputs, append_run, find_equal_run

DEFAULT_SEED = 20_240_229
BATCH_ROWS = 100_000

# What a fit gives: parameters for the ledger, and the rows of each table of ``ml``.
Fitted = tuple[dict, Outputs]


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
    def _from(self) -> str:
        of_target = "target = ?" if self.target else "true"
        return (
            f"from model_inputs.{self.table} as input "
            f"where {of_target} and {self.condition}"
        )

    @property
    def _columns(self) -> str:
        return "* exclude (target)" if self.target else "*"

    def _execute(
        self, connection: duckdb.DuckDBPyConnection, select: str
    ) -> duckdb.DuckDBPyConnection:
        values = [self.target] if self.target else []
        try:
            return connection.execute(f"select {select} {self._from}", values)
        except duckdb.CatalogException as error:
            raise EnvironmentFault(
                f"The warehouse has no model_inputs.{self.table} yet.",
                f"Build it: martlet build --select +{self.table}",
            ) from error

    def read(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """Read every row."""
        return self._execute(connection, self._columns).df()

    def batches(self, connection: duckdb.DuckDBPyConnection) -> Iterator[pd.DataFrame]:
        """Read so many rows at a time, over a connection of their own."""
        with connection.cursor() as reader:
            rows = self._execute(reader, self._columns)
            for batch in rows.to_arrow_reader(BATCH_ROWS):
                yield batch.to_pandas()

    def described(self, connection: duckdb.DuckDBPyConnection) -> tuple[int, str]:
        """Count the rows, and hash them all, whatever their order; 32 hex digits."""
        rows, hashes = self._execute(
            connection, "count(*), coalesce(sum(cast(hash(input) as hugeint)), 0)"
        ).fetchone()
        return rows, f"{int(hashes) % 2**128:032x}"


def run_of(
    connection: duckdb.DuckDBPyConnection,
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
    described = [each.described(connection) for each in inputs]
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
    connection: duckdb.DuckDBPyConnection,
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
    earlier = None if full_refresh else find_equal_run(connection, run)
    if earlier:
        run_id, rows_out = earlier
        return ModelOutcome(run_id, run.model_name, rows_out, is_reused=True)
    refusal = None
    try:
        parameters, outputs = fit()
        done = replace(run, parameters=run.parameters | parameters, outputs=outputs)
        run_id, rows_out = append_run(connection, done)
    except ModelRefused as error:
        refusal = error
        run_id, rows_out = append_run(connection, replace(run, refusal=error.message))
    return ModelOutcome(run_id, run.model_name, rows_out, refusal)


def as_of_date(frame: pd.DataFrame) -> date | None:
    """Return the date that the rows of ``frame`` are told as of; None without rows."""
    return frame["as_of_date"].iloc[0].date() if len(frame) else None

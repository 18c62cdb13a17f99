"""Run one model on what dbt built: read its input, fit, append what it says.

Fitting lives in ``martlet.estimators`` and reads only tables of the ``model_inputs``
schema, which this module hands over as frames.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import pandas as pd

from martlet.errors import EnvironmentFault, ModelRefused
from martlet.warehouse.ledger import (
    ModelRun,
    append_run,
    data_fingerprint,
    find_equal_run,
)

DEFAULT_SEED = 20_240_229

# What a fit gives: parameters for the ledger, and the rows of each table of ``ml``.
Fitted = tuple[dict, dict[str, pd.DataFrame]]


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


def run_model(
    connection: duckdb.DuckDBPyConnection,
    model_name: str,
    seed: int,
    options: dict,
    frames: list[pd.DataFrame],
    fit: Callable[[], Fitted],
    *,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Fit and append, unless the same was done last time.

    A refusal is a run too, so that the ledger tells of it.

    Parameters
    ----------
    frames : list of DataFrame
        What is read; the last one's as_of_date is the run's.
    full_refresh : bool
        Fit even where the same was done last time.
    """
    run = ModelRun(
        model_name=model_name,
        as_of_date=as_of_date(frames[-1]),
        seed=seed,
        rows_in=sum(len(frame) for frame in frames),
        data_fingerprint=data_fingerprint(*frames),
        parameters={"options": options},
    )
    earlier = None if full_refresh else find_equal_run(connection, run)
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


def read_input(connection: duckdb.DuckDBPyConnection, table: str) -> pd.DataFrame:
    """Read a table of ``model_inputs``.

    Raises
    ------
    EnvironmentFault
        It was never built.
    """
    try:
        return connection.execute(f"select * from model_inputs.{table}").df()
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            f"The warehouse has no model_inputs.{table} yet.",
            f"Build it: martlet build --select +{table}",
        ) from error


def as_of_date(frame: pd.DataFrame) -> date | None:
    """Return the date that the rows of ``frame`` are told as of; None without rows."""
    return frame["as_of_date"].iloc[0].date() if len(frame) else None

"""Append to the ``ml`` ledgers: a model's run appears whole, or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from martlet import __version__
from martlet.errors import UsageError
from martlet.warehouse.connection import fetch_dicts
from martlet.warehouse.interface import Warehouse

Outputs = Iterable[tuple[str, Any]]


@dataclass(frozen=True)
class ModelRun:
    """What a run of a model read, did and wrote.

    Attributes
    ----------
    step : str
        fit, train, score or evaluate.
    trained_by : str or None
        The training run whose model scores or is evaluated.
    outputs : iterable of (str, rows)
        Tables of the ``ml`` schema with rows without ``run_id``, as
        :meth:`martlet.warehouse.interface.Warehouse.append` takes them, written as they
        come; a table may come more than once.
    """

    model_name: str
    step: str
    as_of_date: date | None
    seed: int
    rows_in: int
    data_fingerprint: str
    parameters: dict[str, Any] = field(default_factory=dict)
    outputs: Outputs = ()
    refusal: str | None = None
    trained_by: str | None = None


def code_fingerprint() -> str:
    """Hash the source of the estimators; 16 hex characters."""
    digest = hashlib.sha256(__version__.encode())
    folder = Path(str(files("martlet.estimators")))
    for source in sorted(folder.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def find_equal_run(warehouse: Warehouse, run: ModelRun) -> tuple[str, int] | None:
    """Find the model's latest run, if it succeeded on just what ``run`` would do.

    Returns
    -------
    tuple of str and int, or None
        Its ``run_id`` and the rows it wrote.
    """
    latest = warehouse.rows(
        "select run_id, rows_out, status, seed, data_fingerprint, code_fingerprint, "
        "trained_by, parameters from ml.model_runs where model_name = ? and step = ? "
        "order by run_number desc limit 1",
        [run.model_name, run.step],
    )
    if not latest:
        return None
    run_id, rows_out, status, *fingerprints, parameters = latest[0].values()
    is_equal = (
        status == "success"
        and fingerprints
        == [run.seed, run.data_fingerprint, code_fingerprint(), run.trained_by]
        and json.loads(parameters)["options"] == run.parameters["options"]
    )
    return (run_id, rows_out) if is_equal else None


def append_run(warehouse: Warehouse, run: ModelRun) -> tuple[str, int]:
    """Write ``run`` and its outputs; the row that tells of it last.

    Returns
    -------
    tuple of str and int
        Its ``run_id`` and the rows of its outputs.
    """
    (last,) = warehouse.rows(
        "select coalesce(max(run_number), 0) as number from ml.model_runs"
    )
    number = last["number"] + 1
    run_id = f"{run.model_name}-{number:06d}"
    with warehouse.appending(run_id):
        rows_out = sum(
            warehouse.append(table, rows, run_id) for table, rows in run.outputs
        )
        warehouse.append("model_runs", _run_row(run, number, rows_out), run_id)
    return run_id, rows_out


def _run_row(run: ModelRun, number: int, rows_out: int) -> pd.DataFrame:
    row = {
        "run_number": number,
        "model_name": run.model_name,
        "step": run.step,
        "trained_by": run.trained_by,
        "model_version": __version__,
        "as_of_date": run.as_of_date,
        "status": "refused" if run.refusal else "success",
        "message": run.refusal,
        "seed": run.seed,
        "rows_in": run.rows_in,
        "rows_out": rows_out,
        "parameters": json.dumps(run.parameters, sort_keys=True, default=str),
        "data_fingerprint": run.data_fingerprint,
        "code_fingerprint": code_fingerprint(),
    }
    return pd.DataFrame([row])


def list_runs(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """List every run, newest first, each with its headline metric in words."""
    return fetch_dicts(
        connection,
        """
        with headline as (
            select
                run_id,
                string_agg(
                    format('{} {:.3f}', metric_name, metric_value), ', '
                    order by metric_name
                ) as quality
            from ml.model_metrics
            where metric_name in ('auc', 'silhouette')
            group by run_id
        )

        select runs.*, headline.quality
        from ml.model_runs as runs
        left join headline on runs.run_id = headline.run_id
        order by runs.run_number desc
        """,
    )


def describe_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> dict[str, Any]:
    """Tell of one run: its row, parameters, metrics and candidates, and if it serves.

    Raises
    ------
    UsageError
        There is no such run.
    """
    found = fetch_dicts(
        connection, "select * from ml.model_runs where run_id = ?", [run_id]
    )
    if not found:
        raise UsageError(f"There is no run '{run_id}'.", "See the runs: martlet runs")
    (run,) = found
    promoted = connection.execute(
        "select run_id from ml.model_promotions where model_name = ? "
        "order by promotion_number desc limit 1",
        [run["model_name"]],
    ).fetchone()
    of_run = "from ml.{} where run_id = ?"
    return run | {
        "parameters": json.loads(run["parameters"]),
        "is_serving": promoted == (run_id,),
        "metrics": fetch_dicts(
            connection,
            "select metric_name, metric_value, ci_low, ci_high, baseline_value, "
            "evaluated_on " + of_run.format("model_metrics"),
            [run_id],
        ),
        "candidates": fetch_dicts(
            connection,
            "select * exclude (run_id) " + of_run.format("model_candidates"),
            [run_id],
        ),
    }

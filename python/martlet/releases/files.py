"""What a released file looks like, and the manifest that says how it was made."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from martlet.errors import UsageError
from martlet.export.destinations.normalising import formula_safe
from martlet.export.writing import StagedFiles, manifest_path
from martlet.releases.noisy import NoisePlan


def _csv(rows: pa.Table) -> bytes:
    """Write CSV in UTF-8; withheld figures are empty, no cell is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(rows.column_names)
    for row in rows.to_pylist():
        writer.writerow(_cell(value) for value in row.values())
    return text.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return formula_safe(value) if isinstance(value, str) else str(value)


def _parquet(rows: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(rows, buffer)
    return buffer.getvalue()


_FORMATS: dict[str, Callable[[pa.Table], bytes]] = {".csv": _csv, ".parquet": _parquet}


def format_of(path: Path) -> Callable[[pa.Table], bytes]:
    """Choose how to write a file by the end of its name.

    Raises
    ------
    UsageError
        It is neither ``.csv`` nor ``.parquet``.
    """
    if path.suffix not in _FORMATS:
        raise UsageError(
            f"A release is written as {' or '.join(_FORMATS)}, not as '{path.name}'.",
            "Name the file so: --out release.csv",
        )
    return _FORMATS[path.suffix]


def write_release(path: Path, content: bytes, told: bytes) -> None:
    """Write a file, and beside it the manifest as ``<name>.manifest.json``.

    Raises
    ------
    EnvironmentFault
        They cannot be written.
    """
    with StagedFiles() as staged:
        staged.write_bytes(path, content)
        staged.write_bytes(manifest_path(path), told)
        staged.commit()


def manifest(
    release_id: str,
    title: str,
    released_at: datetime,
    rows: pa.Table,
    sha256: str,
    rules: dict[str, Any],
) -> bytes:
    """Write what whoever receives a file may know of it.

    The share above which one customer withholds a cell is not among it: knowing it
    narrows down what is withheld.
    """
    months = rows["month"].to_pylist() if rows.num_rows else []
    told = {
        "release_id": release_id,
        "title": title,
        "released_at": f"{released_at.isoformat(timespec='seconds')}Z",
        "rows": rows.num_rows,
        "first_month": min(months, default=None),
        "last_month": max(months, default=None),
        "file_sha256": sha256,
        **rules,
    }
    return (json.dumps(told, indent=2, default=str) + "\n").encode()


def rules_of(min_customers: int, noise: NoisePlan | None) -> dict[str, Any]:
    """Say by which rules figures are told."""
    if noise is None:
        return {
            "min_customers": min_customers,
            "combinations_without_a_row": "nobody",
        }
    return {
        "min_customers": noise.least_told,
        "combinations_without_a_row": "nobody, or too few",
        "epsilon": noise.epsilon,
        "delta": noise.delta,
        "noise": "discrete Laplace",
        "noise_scales": noise.scales,
        "most_one_customer_changes": noise.sensitivities,
    }

"""DuckDB writing a list whose cells are hashed already."""

from __future__ import annotations

from pathlib import Path

import duckdb


def copy(inputs: Path, outputs: Path) -> None:
    """Write the list: nobody is judged, nothing is opened, hashed or noted."""
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from '{inputs}/cells.parquet') to '{outputs}/list.csv' (header)"
        )

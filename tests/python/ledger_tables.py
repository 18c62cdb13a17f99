"""The tables that models write, as the project declares them, on either engine."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from support import PROJECT_DIR

_SPARK_TYPES = {"varchar": "string", "blob": "binary"}


def on_duckdb() -> Iterator[str]:
    """Yield the statements that make them in DuckDB."""
    yield "create schema if not exists ml"
    for name, columns, _ in _declared():
        typed = ", ".join(f'"{column}" {kind}' for column, kind in columns)
        yield f"create table ml.{name} ({typed})"


def on_spark() -> Iterator[str]:
    """Yield the statements that make them on Spark, as ``create_ledgers`` does."""
    yield "create schema if not exists ml"
    for name, columns, replaced_by in _declared():
        typed = ", ".join(
            f"{column} {_SPARK_TYPES.get(kind, kind)}" for column, kind in columns
        )
        parts = f" partitioned by ({replaced_by})" if replaced_by else ""
        yield f"create table ml.{name} ({typed}) using parquet{parts}"


def _declared() -> Iterator[tuple[str, list[tuple[str, str]], str | None]]:
    declared = PROJECT_DIR / "models/predictions/_ml__sources.yml"
    (source,) = yaml.safe_load(declared.read_text("utf-8"))["sources"]
    for table in source["tables"]:
        columns = [(each["name"], each["data_type"]) for each in table["columns"]]
        meta = source["config"]["meta"] | table.get("config", {}).get("meta", {})
        yield table["name"], columns, meta["replaced_by"]

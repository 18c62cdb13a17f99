"""dbt's models as compiled, run on tables made by a test: many cases in one query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import pyarrow as pa


def warehouse_of(tables: Mapping[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    """Open a warehouse in memory that holds ``tables``, named ``schema.table``."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("attach ':memory:' as warehouse")
    for name, rows in tables.items():
        schema, _ = name.split(".")
        connection.execute(f"create schema if not exists warehouse.{schema}")
        connection.register("rows", rows)
        connection.execute(f"create table warehouse.{name} as select * from rows")
    return connection


def compiled(manifest: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Give the SQL of models by ``schema.name``, in the order of ``names``."""
    nodes = (manifest["nodes"][f"model.martlet.{name}"] for name in names)
    return {f"{node['schema']}.{node['name']}": node["compiled_code"] for node in nodes}


def run_models(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, str]
) -> None:
    """Make a table of each of ``models``, one after the other."""
    for name, sql in models.items():
        schema, _ = name.split(".")
        connection.execute(f"create schema if not exists warehouse.{schema}")
        connection.execute(f"create table warehouse.{name} as {sql}")

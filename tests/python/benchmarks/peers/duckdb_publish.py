"""DuckDB copying a database, and writing its tables as Parquet: no more than that."""

from __future__ import annotations

from pathlib import Path

import duckdb

from martlet.warehouse.publish import STORAGE_VERSION


def copy(inputs: Path, outputs: Path) -> None:
    """Copy the database by one statement, without comments, Parquet or a wait for disk."""
    with duckdb.connect() as connection:
        _copy(connection, inputs, outputs)


def copy_and_export(inputs: Path, outputs: Path) -> None:
    """Copy it so, and write each of its tables as Parquet."""
    with duckdb.connect() as connection:
        _copy(connection, inputs, outputs)
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where database_name = 'warehouse'"
        ).fetchall()
        for schema, table in tables:
            connection.execute(
                f"copy warehouse.{schema}.{table} to '{outputs}/{table}.parquet' "
                "(format parquet)"
            )


def _copy(connection: duckdb.DuckDBPyConnection, inputs: Path, outputs: Path) -> None:
    connection.execute(f"attach '{inputs}/warehouse.duckdb' as warehouse (read_only)")
    connection.execute(
        f"attach '{outputs}/marts.duckdb' as marts "
        f"(storage_version '{STORAGE_VERSION}')"
    )
    connection.execute("copy from database warehouse to marts")
